using System.Text;
using Takt.Pipelines.Execution;
using Takt.TestKit;

namespace Takt.Pipelines.Tests.Execution;

public sealed class StepLogTests : IDisposable
{
    private readonly TestFolder folder = new();

    [Fact]
    public async Task Lines_are_kept_and_progress_is_read_out_of_them()
    {
        using var log = new StepLog(folder["log"]);
        await log.PumpAsync(Stream("hello\n{\"share\": 0.4, \"message\": \"half way\"}\n{\"other\": 1}\nlast"));
        Assert.Equal(new StepProgress(0.4, "half way"), log.Progress);
        Assert.Equal("hello\n[40 %] half way\n{\"other\": 1}\nlast\n", Read());
        Assert.Equal("hello\n{\"other\": 1}\nlast", log.Last);
    }

    [Fact]
    public async Task A_line_without_an_end_and_a_flood_are_cut()
    {
        using var log = new StepLog(folder["log"]);
        await log.PumpAsync(Stream(new string('x', 100_000)));
        Assert.Equal(7, Read().Count(c => c == '\n'));
        for (var i = 0; i < 3; i++) await log.PumpAsync(Stream(string.Concat(Enumerable.Repeat(new string('y', 1000) + "\n", 4000))));
        Assert.InRange(new FileInfo(folder["log"]).Length, StepLog.Limit - 2000, StepLog.Limit + 200);
        Assert.EndsWith("is not kept.)\n", Read(), StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private string Read()
    {
        using var reader = new StreamReader(new FileStream(folder["log"], FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    private static MemoryStream Stream(string text) => new(Encoding.UTF8.GetBytes(text));
}
