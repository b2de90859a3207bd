using Takt.Native.OnnxRuntime;

namespace Takt.Trainers;

/// <summary>Scores rows by ONNX Runtime, as serving does.</summary>
internal sealed class OnnxScorer : IDisposable
{
    private const int Batch = 1024;
    private readonly OnnxModel model;
    private readonly string name;
    private readonly string output;

    /// <param name="name">For people.</param>
    public OnnxScorer(string name, byte[] bytes, string output = FittedModel.Output)
    {
        (this.name, this.output) = (name, output);
        try
        {
            model = OnnxModel.Load(bytes);
        }
        catch (OnnxException e)
        {
            throw new TrainingException($"ONNX Runtime refuses the model '{name}': {e.Message.ReplaceLineEndings(" ")}", e);
        }
        var port = model.Outputs.FirstOrDefault(o => o.Name == output);
        if (port is { Element: OnnxElement.Float } && port.Shape.Skip(1).All(d => d == 1)) return;
        var outputs = string.Join(", ", model.Outputs);
        model.Dispose();
        throw new TrainingException($"The model '{name}' has no output '{output}' of one float a row. It has: {outputs}. Name another output.");
    }

    public float[] Score(Frame frame, int from, int to, int threads)
    {
        var columns = model.Inputs.Select(input => ColumnOf(frame, input)).ToArray();
        var scores = new float[to - from];
        RowChunks.Run(scores.Length, threads, (_, first, last) =>
        {
            using var lane = model.CreateLane(Math.Min(Batch, last - first), [output]);
            for (var at = first; at < last; at += Batch)
            {
                var count = Math.Min(Batch, last - at);
                lane.SetRows(count);
                for (var c = 0; c < columns.Length; c++) Fill(lane.Input(c), columns[c], from + at, count);
                lane.Run();
                lane.Output(0).Span<float>()[..count].CopyTo(scores.AsSpan(at));
            }
        });
        return scores;
    }

    public void Dispose() => model.Dispose();

    private Column ColumnOf(Frame frame, OnnxPort input)
    {
        var column = frame.Columns.FirstOrDefault(c => c.Name == input.Name)
            ?? throw new TrainingException($"The model '{name}' takes the input '{input.Name}', which is none of the features ({string.Join(", ", frame.Columns.Select(c => c.Name))}): add it.");
        if (!input.Shape.Skip(1).All(d => d is 1 or -1)) throw new TrainingException($"The model '{name}' takes the input {input}, not one value a row: it cannot be evaluated here.");
        var fits = column is CategoryColumn ? input.Element == OnnxElement.String
            : input.Element is OnnxElement.Float or OnnxElement.Double or OnnxElement.Int64 or OnnxElement.Int32;
        return fits ? column : throw new TrainingException($"The model '{name}' takes the input {input}, and feature '{column.Name}' gives {column.Type}: give the feature the matching kind.");
    }

    private static void Fill(OnnxTensor tensor, Column column, int from, int count)
    {
        if (column is CategoryColumn category)
        {
            var texts = new string[count];
            for (var i = 0; i < count; i++) texts[i] = category.Texts[category.Codes[from + i]];
            tensor.SetStrings(texts);
            return;
        }
        var values = ((NumberColumn)column).Values.AsSpan(from, count);
        switch (tensor.Element)
        {
            case OnnxElement.Float:
                values.CopyTo(tensor.Span<float>());
                break;
            case OnnxElement.Double:
                var doubles = tensor.Span<double>();
                for (var i = 0; i < count; i++) doubles[i] = values[i];
                break;
            case OnnxElement.Int64:
                var longs = tensor.Span<long>();
                for (var i = 0; i < count; i++) longs[i] = (long)values[i];
                break;
            default:
                var ints = tensor.Span<int>();
                for (var i = 0; i < count; i++) ints[i] = (int)values[i];
                break;
        }
    }
}
