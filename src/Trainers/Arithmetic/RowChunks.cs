namespace Takt.Trainers;

/// <summary>Cuts rows into chunks of a fixed size, so that what is summed by chunk and then over the chunks in order is the same whatever the number of threads.</summary>
internal static class RowChunks
{
    public const int Size = 1 << 15;

    public static int Count(int rows) => (rows + Size - 1) / Size;

    /// <summary>Calls for each chunk: its number, its first row, the row after its last.</summary>
    public static void Run(int rows, int threads, Action<int, int, int> work) =>
        Each(Count(rows), threads, chunk => work(chunk, chunk * Size, Math.Min(rows, (chunk + 1) * Size)));

    public static void Each(int count, int threads, Action<int> work)
    {
        if (count == 1 || threads == 1)
        {
            for (var i = 0; i < count; i++) work(i);
            return;
        }
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, work);
    }
}
