using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Takt.Artifacts;
using Takt.Journal;
using Takt.Kernel;
using Takt.Native.DuckDb;
using Takt.Records;

namespace Takt.Serving;

/// <summary>Turns closed segments into Parquet in Artifacts, one file for each deployment and signature, with a fact that carries its digest: so predictions are in the journal by digest.</summary>
internal sealed partial class SegmentConverter(string folder, LogReceiver receiver, TruthBook truths, SegmentStore store, ITaktDatabase database, IJournal journal, IArtifactStore artifacts,
    TimeProvider time, ILogger<SegmentConverter> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly Channel<string> waiting = Channel.CreateUnbounded<string>();
    private readonly Lock gate = new();
    private long offered;
    private long finished;
    private TaskCompletionSource moved = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DuckDatabase? duck;

    /// <summary>Rows of the oldest rollout under way are kept.</summary>
    public Func<DateTimeOffset?> OldestRollout { get; set; } = () => null;

    public void Offer(string path)
    {
        lock (gate) offered++;
        waiting.Writer.TryWrite(path);
    }

    /// <summary>Completes when every segment offered so far is through.</summary>
    public async Task CaughtUpAsync(CancellationToken cancellationToken)
    {
        long target;
        lock (gate) target = offered;
        while (true)
        {
            Task more;
            lock (gate)
            {
                if (finished >= target) return;
                more = moved.Task;
            }
            await more.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A folder and an engine for writing Parquet.</summary>
    public DuckConnection Connect()
    {
        lock (gate)
        {
            Directory.CreateDirectory(folder);
            duck ??= DuckDatabase.OpenInMemory(new DuckLimits { Folders = [folder], MemoryMegabytes = 256, Threads = 1 });
            return duck.Connect();
        }
    }

    public string TemporaryFile() => Path.Combine(folder, $"{Guid.CreateVersion7(time.GetUtcNow()):N}.parquet");

    public override void Dispose()
    {
        duck?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Directory.CreateDirectory(folder);
        foreach (var left in Directory.GetFiles(folder, "*.parquet")) File.Delete(left);
        await foreach (var path in waiting.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            while (!await TryConvertAsync(path, stoppingToken).ConfigureAwait(false)) await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(false);
            lock (gate)
            {
                finished++;
                moved.TrySetResult();
                moved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }

    /// <returns>False where it shall be tried again.</returns>
    private async Task<bool> TryConvertAsync(string path, CancellationToken cancellationToken)
    {
        var segment = Path.GetFileNameWithoutExtension(path);
        try
        {
            await ConvertAsync(segment, path, cancellationToken).ConfigureAwait(false);
            truths.Close(segment);
            LogReceiver.MarkDone(path);
            receiver.Prune(OldestRollout());
            return true;
        }
        catch (InvalidDataException e)
        {
            LogDamaged(segment, e.Message);
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            LogFailed(segment, e.Message);
            return false;
        }
    }

    private async Task ConvertAsync(string segment, string path, CancellationToken cancellationToken)
    {
        using var connection = Connect();
        var parts = new List<SegmentPart>();
        try
        {
            Read(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), connection, parts);
            for (var number = 0; number < parts.Count; number++) await KeepAsync(segment, number, parts[number], cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            foreach (var part in parts) part.Dispose();
        }
    }

    private static void Read(ReadOnlySpan<byte> bytes, DuckConnection connection, List<SegmentPart> parts)
    {
        var schemas = new Dictionary<uint, (LogSchema Schema, SegmentPart Part)>();
        bytes = bytes[Math.Min(bytes.Length, SegmentFormat.Magic.Length)..];
        while (SegmentFormat.TryRead(bytes, out var payload, out var length) && length > 0)
        {
            bytes = bytes[length..];
            if (payload[0] == SegmentFormat.Schema)
            {
                var schema = LogSchema.Read(payload);
                var part = parts.FirstOrDefault(p => p.Fits(schema));
                if (part is null) parts.Add(part = new SegmentPart(connection, parts.Count, schema));
                schemas[schema.Id] = (schema, part);
                continue;
            }
            var answer = AnswerHead.Read(payload, out var reader);
            if (schemas.TryGetValue(answer.Schema, out var of)) of.Part.Add(of.Schema, answer, ref reader);
        }
        if (!bytes.IsEmpty) throw new InvalidDataException($"{bytes.Length} bytes at its end are no record.");
    }

    private async Task KeepAsync(string segment, int number, SegmentPart part, CancellationToken cancellationToken)
    {
        var file = TemporaryFile();
        try
        {
            part.Finish(file);
            if (part.Rows == 0) return;
            Blob blob;
            await using (var content = File.OpenRead(file)) blob = await artifacts.PutAsync(part.Key.Project, content, cancellationToken).ConfigureAwait(false);
            await database.InTransactionAsync(async (tx, token) =>
            {
                if (!await store.InsertAsync(tx, segment, number, part, blob.Digest, time.GetUtcMicroseconds(), token).ConfigureAwait(false)) return;
                await journal.AppendAsync(tx, Fact.Of(Caller.System(part.Key.Project), "inference.segment.sealed", Subject.Deployment(part.Key.Name),
                    new { segment, part = number, deployment = part.Key.Name, blob = blob.Digest, rows = part.Rows, requests = part.Requests, firstEvent = SegmentFormat.Time(part.FirstEvent), lastEvent = SegmentFormat.Time(part.LastEvent) },
                    new LineageEdge(Subject.Deployment(part.Key.Name), Subject.Blob(blob.Digest), "logged")), token).ConfigureAwait(false);
            }, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [LoggerMessage(1741, LogLevel.Error, "Segment {Segment} is damaged and stays as it is: {Reason}")]
    private partial void LogDamaged(string segment, string reason);

    [LoggerMessage(1742, LogLevel.Warning, "Segment {Segment} was not converted, it will be tried again: {Reason}")]
    private partial void LogFailed(string segment, string reason);
}
