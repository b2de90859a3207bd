using Takt.Kernel;
using Takt.TestKit;

namespace Takt.Serving.Tests.Inference;

public sealed class InferenceLogTests : IDisposable
{
    private static readonly LogSchema Schema = new(1, ProjectId.Default, "d", 1, "model/1", default, []);

    private readonly TestFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Many_writers_lose_nothing_over_many_segments()
    {
        var ids = new System.Collections.Concurrent.ConcurrentBag<Guid>();
        using (var log = new InferenceLog(folder.Path, segmentBytes: 4096, TimeProvider.System))
        {
            Parallel.For(0, 5000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
            {
                var id = Guid.CreateVersion7();
                log.Append(Answer(id));
                ids.Add(id);
            });
            Assert.True(log.Shelf.All.Count > 10);
        }
        Assert.Equal(ids.Order(), Rows().Select(r => r.Id).Order());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(63)]
    public void A_torn_tail_is_cut_and_nothing_before_it_is_touched(int torn)
    {
        var ids = Enumerable.Range(0, 10).Select(_ => Guid.CreateVersion7()).ToList();
        using (var log = new InferenceLog(folder.Path, 1 << 20, TimeProvider.System))
            foreach (var id in ids)
                log.Append(Answer(id));
        var file = Directory.GetFiles(folder.Path, "*.seg").Single();
        using (var cut = new FileStream(file, FileMode.Open)) cut.SetLength(cut.Length - torn);
        using (var again = new InferenceLog(folder.Path, 1 << 20, TimeProvider.System))
        {
            Assert.True(again.Shelf.All.Single().Closed);
            Assert.Equal(ids.Take(torn > 62 ? 8 : 9), Rows().Select(r => r.Id));
            again.Append(Answer(ids[^1])); // into a segment of its own
        }
        Assert.Equal(2, Directory.GetFiles(folder.Path, "*.seg").Length);
        Assert.Contains(ids[^1], Rows().Select(r => r.Id));
    }

    [Fact]
    public void A_flipped_bit_ends_the_segment_there()
    {
        using (var log = new InferenceLog(folder.Path, 1 << 20, TimeProvider.System))
            for (var i = 0; i < 10; i++)
                log.Append(Answer(Guid.CreateVersion7()));
        var file = Directory.GetFiles(folder.Path, "*.seg").Single();
        var bytes = File.ReadAllBytes(file);
        bytes[^100] ^= 1;
        File.WriteAllBytes(file, bytes);
        Assert.InRange(SegmentRecovery.Cut(file), 1, bytes.Length - 100);
        Assert.Equal(8, Rows().Count);
    }

    [Fact]
    public async Task A_flush_can_be_waited_for()
    {
        using var log = new InferenceLog(folder.Path, 1 << 20, TimeProvider.System);
        for (var i = 0; i < 50; i++)
        {
            log.Append(Answer(Guid.CreateVersion7()));
            await log.FlushedAsync().WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public void A_folder_that_cannot_be_written_fails_the_append_and_the_next_one_can_stand()
    {
        using var log = new InferenceLog(folder["log"], 1 << 20, TimeProvider.System);
        Directory.Delete(folder["log"]);
        Assert.Throws<IOException>(() => log.Append(Answer(Guid.CreateVersion7())));
        Directory.CreateDirectory(folder["log"]);
        var id = Guid.CreateVersion7();
        log.Append(Answer(id));
        Assert.Equal(id, Rows("log").Single().Id);
    }

    private static LoggedAnswer Answer(Guid id) => new()
    {
        Schema = Schema, Id = id, Shadow = false, Received = 1, EventTime = 2, Latency = 3, Status = 500, CallerId = default, Lane = null,
    };

    private List<LoggedRow> Rows(string within = "")
    {
        var rows = new List<LoggedRow>();
        foreach (var file in Directory.GetFiles(Path.Combine(folder.Path, within), "*.seg").Order()) new SegmentDecoder().Feed(File.ReadAllBytes(file), (_, row) => rows.Add(row));
        return rows;
    }
}
