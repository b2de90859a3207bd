namespace Takt.Trainers;

/// <summary>What the graph does to one raw input before the model proper sees it: learnt from training rows, exported into the ONNX file.</summary>
internal sealed class Encoder
{
    private Encoder(Column column, float mean, CategoryRates? rates)
    {
        Name = column.Name;
        Kind = column.Spec.Kind;
        Type = column.Type;
        Mean = mean;
        Rates = rates;
    }

    public string Name { get; }

    public FeatureKind Kind { get; }

    public InputType Type { get; }

    /// <summary>For a number: what a missing value becomes.</summary>
    public float Mean { get; }

    /// <summary>For a category.</summary>
    public CategoryRates? Rates { get; }

    public static Encoder Learn(Column column, byte[] labels, int rows, bool logOdds)
    {
        if (column is CategoryColumn category) return new Encoder(column, 0, CategoryRates.Learn(category, labels, rows, logOdds));
        var values = ((NumberColumn)column).Values;
        double sum = 0;
        long count = 0;
        for (var i = 0; i < rows; i++)
        {
            if (float.IsNaN(values[i])) continue;
            sum += values[i];
            count++;
        }
        if (count == 0) throw new TrainingException($"Feature '{column.Name}' is null in every training row ({rows:N0}): correct its sql, hold fewer rows out, or leave it out.");
        return new Encoder(column, (float)(sum / count), null);
    }

    /// <summary>Rows as they are served.</summary>
    public float[] Encode(Column column, int from, int to)
    {
        var encoded = new float[to - from];
        if (column is CategoryColumn category)
        {
            for (var i = 0; i < encoded.Length; i++) encoded[i] = Rates!.Values[category.Codes[from + i]];
            return encoded;
        }
        var values = ((NumberColumn)column).Values;
        for (var i = 0; i < encoded.Length; i++) encoded[i] = float.IsNaN(values[from + i]) ? Mean : values[from + i];
        return encoded;
    }

    /// <summary>The first rows, as a model is trained on them.</summary>
    public float[] EncodeTraining(Column column, int rows)
    {
        if (column is not CategoryColumn category) return Encode(column, 0, rows);
        var encoded = new float[rows];
        for (var i = 0; i < rows; i++) encoded[i] = Rates!.ForTraining(i, category.Codes[i]);
        return encoded;
    }
}
