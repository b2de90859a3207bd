using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;
using Takt.Kernel;
using Takt.Native.Posix;

namespace Takt.Serving;

/// <summary>
/// The control plane's copy of the inference log: bytes come from the data planes by segment and offset (twice is the same as once), are appended,
/// decoded for those who watch live, and, once a segment is closed, flushed and handed to the converter. Files: <c>ID.seg</c> open, <c>ID.sealed</c>
/// closed, <c>ID.done</c> converted and kept while a rollout may need its rows again. Thread-safe.
/// </summary>
internal sealed partial class LogReceiver(string folder, SegmentStore records, ILogger<LogReceiver> log) : IDisposable
{
    private readonly ConcurrentDictionary<string, Received> open = new();
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Rows of a deployment as they come, in order. Called under the segment's lock: be quick.</summary>
    public event Action<string, DeploymentKey, IReadOnlyList<LoggedRow>>? Rows;

    /// <summary>A segment is closed and lies at this path.</summary>
    public event Action<string>? Closed;

    /// <summary>Takes up what is on disk; until then nothing new is accepted.</summary>
    /// <param name="replayDone">Rows of segments that were converted already go to this reader alone.</param>
    public void Start(Action<string, DeploymentKey, IReadOnlyList<LoggedRow>> replayDone)
    {
        Directory.CreateDirectory(folder);
        foreach (var path in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
        {
            try
            {
                switch (Path.GetExtension(path))
                {
                    case ".done":
                        Decode(path, replayDone);
                        break;
                    case ".sealed":
                        Decode(path, Publish);
                        Closed?.Invoke(path);
                        break;
                    case ".seg":
                        Reopen(path);
                        break;
                }
            }
            catch (InvalidDataException e)
            {
                LogDamaged(Path.GetFileName(path), e.Message);
            }
        }
        ready.TrySetResult();
    }

    /// <param name="length">Given where the segment is closed: its whole length.</param>
    public async Task<SegmentState> AppendAsync(Guid segment, long offset, Stream content, long? length, CancellationToken cancellationToken)
    {
        await ready.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        var id = segment.ToString("N");
        if (!open.ContainsKey(id) && (File.Exists(Path.Combine(folder, id + ".sealed")) || await records.IsSealedAsync(id, cancellationToken).ConfigureAwait(false))) return new SegmentState(offset, Sealed: true);
        using var buffer = new MemoryStream();
        await content.CopyToAsync(buffer, cancellationToken).ConfigureAwait(false);
        var received = open.GetOrAdd(id, Create);
        lock (received)
        {
            if (received.IsClosed) return new SegmentState(offset, Sealed: true);
            if (offset <= received.Length)
            {
                var known = (int)Math.Min(received.Length - offset, buffer.Length);
                Append(received, buffer.GetBuffer().AsSpan(known, (int)buffer.Length - known));
            }
            if (length is null || length != received.Length) return new SegmentState(received.Length, Sealed: false);
            Close(received);
            return new SegmentState(received.Length, Sealed: true);
        }
    }

    /// <summary>Forgets converted segments whose rows no rollout needs any more.</summary>
    public void Prune(DateTimeOffset? oldestRollout)
    {
        foreach (var file in new DirectoryInfo(folder).GetFiles("*.done"))
            if (oldestRollout is null || file.LastWriteTimeUtc < oldestRollout.Value.UtcDateTime)
                file.Delete();
    }

    /// <summary>The converter is through with a closed segment.</summary>
    public static void MarkDone(string path) => File.Move(path, Path.ChangeExtension(path, ".done"), overwrite: true);

    public void Dispose()
    {
        foreach (var received in open.Values) received.Handle.Dispose();
    }

    private Received Create(string id)
    {
        var path = Path.Combine(folder, id + ".seg");
        return new Received(id, path, File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read));
    }

    private void Reopen(string path)
    {
        var id = Path.GetFileNameWithoutExtension(path);
        SegmentRecovery.Cut(path);
        var received = Create(id);
        open[id] = received;
        var bytes = File.ReadAllBytes(path);
        received.Length = bytes.Length;
        Decode(received.Id, received.Decoder, bytes, Publish);
    }

    private void Append(Received received, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty) return;
        RandomAccess.Write(received.Handle, bytes, received.Length);
        received.Length += bytes.Length;
        Decode(received.Id, received.Decoder, bytes, Publish);
    }

    private void Close(Received received)
    {
        RandomAccess.FlushToDisk(received.Handle);
        received.Handle.Dispose();
        var path = Path.ChangeExtension(received.Path, ".sealed");
        File.Move(received.Path, path);
        PosixFiles.FlushFolder(folder);
        received.IsClosed = true;
        open.TryRemove(received.Id, out _);
        Closed?.Invoke(path);
    }

    private void Publish(string segment, DeploymentKey key, IReadOnlyList<LoggedRow> rows) => Rows?.Invoke(segment, key, rows);

    private static void Decode(string path, Action<string, DeploymentKey, IReadOnlyList<LoggedRow>> to) =>
        Decode(Path.GetFileNameWithoutExtension(path), new SegmentDecoder(), File.ReadAllBytes(path), to);

    private static void Decode(string segment, SegmentDecoder decoder, ReadOnlySpan<byte> bytes, Action<string, DeploymentKey, IReadOnlyList<LoggedRow>> to)
    {
        var batches = new Dictionary<DeploymentKey, List<LoggedRow>>();
        decoder.Feed(bytes, (schema, row) =>
        {
            var key = new DeploymentKey(schema.Project, schema.Deployment);
            if (!batches.TryGetValue(key, out var batch)) batches[key] = batch = [];
            batch.Add(row);
        });
        foreach (var (key, batch) in batches) to(segment, key, batch);
    }

    private sealed class Received(string id, string path, SafeFileHandle handle)
    {
        public string Id { get; } = id;

        public string Path { get; } = path;

        public SafeFileHandle Handle { get; } = handle;

        public SegmentDecoder Decoder { get; } = new();

        public long Length { get; set; }

        public bool IsClosed { get; set; }
    }

    [LoggerMessage(1740, LogLevel.Error, "Segment {Segment} of the inference log is damaged here and was left out: {Reason}")]
    private partial void LogDamaged(string segment, string reason);
}
