namespace Takt.Trainers;

/// <summary>One feature's values, row by row, as they would be served.</summary>
internal abstract class Column(FeatureSpec spec, InputType type)
{
    public FeatureSpec Spec { get; } = spec;

    public string Name => Spec.Name;

    /// <summary>As served.</summary>
    public InputType Type { get; } = type;

    public abstract int Rows { get; }

    /// <summary>The rows at these places, in this order.</summary>
    public abstract Column Take(int[] rows);
}

/// <summary>Numbers. Whole ones lie exactly in <see cref="Values"/> up to 2^24; beyond, as the model sees them: cut to 24 bits.</summary>
internal sealed class NumberColumn(FeatureSpec spec, InputType type, float[] values) : Column(spec, type)
{
    /// <summary>NaN where there was none.</summary>
    public float[] Values { get; } = values;

    public override int Rows => Values.Length;

    public override NumberColumn Take(int[] rows)
    {
        var taken = new float[rows.Length];
        for (var i = 0; i < rows.Length; i++) taken[i] = Values[rows[i]];
        return new NumberColumn(Spec, Type, taken);
    }
}

/// <summary>Texts, as codes into a sorted list of the distinct ones.</summary>
internal sealed class CategoryColumn(FeatureSpec spec, int[] codes, string[] texts) : Column(spec, InputType.String)
{
    public int[] Codes { get; } = codes;

    /// <summary>Distinct, in ordinal order; a missing value is the empty text.</summary>
    public string[] Texts { get; } = texts;

    public override int Rows => Codes.Length;

    public override CategoryColumn Take(int[] rows)
    {
        var taken = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++) taken[i] = Codes[rows[i]];
        return new CategoryColumn(Spec, taken, Texts);
    }
}
