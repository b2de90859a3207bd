using System.Globalization;
using System.Runtime.CompilerServices;
using Takt.Native.DuckDb;

namespace Takt.Trainers;

/// <summary>Takes chunks of a result in, column by column, and makes a <see cref="Frame"/> of them. Nothing is allocated for a row.</summary>
internal sealed class GatheredRows(RowSource source, InputType[] types)
{
    private readonly float[][] numbers = [.. types.Select(t => t == InputType.String ? [] : new float[1 << 16])];
    private readonly int[][] codes = [.. types.Select(t => t == InputType.String ? new int[1 << 16] : [])];
    private readonly TextCodes[] texts = [.. types.Select(_ => new TextCodes())];
    private readonly long[] missing = new long[types.Length];
    private long[] times = new long[1 << 16];
    private byte[] labels = new byte[1 << 16];
    private int[] kept = new int[2048];
    private int rows;
    private long unlabelled;

    public void Add(DuckResult chunk)
    {
        var count = Kept(chunk.Column(1), chunk.Rows);
        var picked = kept.AsSpan(0, count);
        if (rows + count > times.Length) Grow(rows + count);
        var time = chunk.Column(0);
        var micros = time.Span<long>();
        var truth = chunk.Column(1).Span<bool>();
        for (var i = 0; i < count; i++)
        {
            if (time.IsNull(picked[i])) throw new TrainingException($"'{source.Time}' (time) is null in a row: a row without a time cannot be split by it. Leave such rows out with where.");
            times[rows + i] = micros[picked[i]];
            labels[rows + i] = truth[picked[i]] ? (byte)1 : (byte)0;
        }
        for (var c = 0; c < types.Length; c++)
        {
            var vector = chunk.Column(c + 2);
            if (types[c] == InputType.String) AddTexts(c, vector, picked);
            else if (types[c] == InputType.Int64) AddWhole(c, vector, picked);
            else AddNumbers(c, vector, picked);
        }
        rows += count;
    }

    public Frame ToFrame()
    {
        if (rows == 0) throw new TrainingException(NoRows());
        Array.Resize(ref times, rows);
        Array.Resize(ref labels, rows);
        var columns = new Column[types.Length];
        for (var c = 0; c < types.Length; c++) columns[c] = Finish(c);
        var order = RowSelection.Choose(times, source.MaxRows, source.Seed);
        if (order is null) return new Frame(times, labels, columns, unlabelled);
        return new Frame([.. order.Select(i => times[i])], [.. order.Select(i => labels[i])], [.. columns.Select(c => c.Take(order))], unlabelled);
    }

    private Column Finish(int c)
    {
        var feature = source.Features[c];
        if (missing[c] == rows) throw new TrainingException($"Feature '{feature.Name}' is null in every row ({rows:N0}): correct its sql, or leave it out.");
        if (types[c] != InputType.String) return new NumberColumn(feature, types[c], numbers[c].AsSpan(0, rows).ToArray());
        var (sorted, order) = texts[c].Sorted();
        var places = new int[rows];
        for (var i = 0; i < rows; i++) places[i] = order[codes[c][i]];
        return new CategoryColumn(feature, places, sorted);
    }

    /// <summary>The chunk's rows that have a label.</summary>
    private int Kept(DuckVector label, int count)
    {
        if (kept.Length < count) kept = new int[count];
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            kept[at] = i;
            if (!label.IsNull(i)) at++;
        }
        unlabelled += count - at;
        return at;
    }

    private void AddTexts(int c, DuckVector vector, ReadOnlySpan<int> picked)
    {
        var into = codes[c].AsSpan(rows);
        for (var i = 0; i < picked.Length; i++)
        {
            if (!vector.IsNull(picked[i]))
            {
                into[i] = texts[c].Code(vector.Utf8(picked[i]));
                continue;
            }
            missing[c]++;
            into[i] = texts[c].Code([]);
        }
    }

    private void AddWhole(int c, DuckVector vector, ReadOnlySpan<int> picked)
    {
        var values = vector.Span<long>();
        var into = numbers[c].AsSpan(rows);
        for (var i = 0; i < picked.Length; i++)
        {
            if (vector.IsNull(picked[i]))
                throw new TrainingException($"Feature '{source.Features[c].Name}' is null in a row, and a whole number cannot be missing when served: give it type float, or coalesce it.");
            into[i] = values[picked[i]];
        }
    }

    private void AddNumbers(int c, DuckVector vector, ReadOnlySpan<int> picked)
    {
        var values = vector.Span<double>();
        var into = numbers[c].AsSpan(rows);
        for (var i = 0; i < picked.Length; i++)
        {
            if (vector.IsNull(picked[i]))
            {
                missing[c]++;
                into[i] = float.NaN;
                continue;
            }
            var value = (float)values[picked[i]];
            if (!float.IsFinite(value)) throw NotFinite(c, values[picked[i]]);
            into[i] = value;
        }
    }

    private TrainingException NotFinite(int c, double value) =>
        new($"Feature '{source.Features[c].Name}' is {value.ToString(CultureInfo.InvariantCulture)} in a row, which no float holds: turn such values into null or leave the rows out with where.");

    private string NoRows()
    {
        if (unlabelled > 0) return $"The label is null in every row ({unlabelled:N0}): no truth has come yet, or the label's SQL is wrong.";
        var range = (source.From, source.Until) switch
        {
            (null, null) => "",
            ({ } from, null) => $" from {from:u}",
            (null, { } until) => $" before {until:u}",
            ({ } from, { } until) => $" from {from:u} to before {until:u}",
        };
        return $"The data have no rows{range}{(source.Where is null ? "" : " that satisfy where")}: correct the range, or name other files.";
    }

    private void Grow(int wanted)
    {
        var size = Math.Max(wanted, times.Length * 2);
        Array.Resize(ref times, size);
        Array.Resize(ref labels, size);
        for (var c = 0; c < types.Length; c++)
        {
            if (types[c] == InputType.String) Array.Resize(ref codes[c], size);
            else Array.Resize(ref numbers[c], size);
        }
    }
}
