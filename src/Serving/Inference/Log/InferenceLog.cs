using System.Buffers.Binary;
using Takt.Kernel;

namespace Takt.Serving;

/// <summary>
/// The data plane's append-only log. <see cref="Append"/> returns once the record is in the operating system's hands (write(2)), so a killed process
/// loses nothing it answered; whoever finds the file busy leaves its record to the one who writes next (group commit). A flush to disk follows
/// within 50 ms. Cost of an append on a quiet file: two short locks, one write, one object of 48 bytes. Thread-safe.
/// </summary>
internal sealed class InferenceLog : IDisposable
{
    private static readonly TimeSpan FlushEvery = TimeSpan.FromMilliseconds(50);

    private readonly Lock gate = new();
    private readonly Lock writing = new();
    private readonly string folder;
    private readonly int segmentBytes;
    private readonly TimeProvider time;
    private readonly SegmentShelf shelf;
    private readonly Thread flusher;
    private readonly SemaphoreSlim flushNow = new(0);
    private readonly Dictionary<uint, LogSchema> known = [];
    private Batch active = new();
    private byte[] activeBytes = new byte[64 << 10];
    private byte[] writtenBytes = new byte[64 << 10];
    private int activeLength;
    private OpenSegment? open;
    private long lastWrite;
    private long writes;
    private long flushes;
    private TaskCompletionSource flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int flushAsked;
    private bool redefine;
    private volatile bool disposed;

    public InferenceLog(string folder, int segmentBytes, TimeProvider time)
    {
        this.folder = folder;
        this.segmentBytes = segmentBytes;
        this.time = time;
        Directory.CreateDirectory(folder);
        shelf = new SegmentShelf(folder);
        flusher = new Thread(FlushLoop) { IsBackground = true, Name = "takt log flush" };
        flusher.Start();
    }

    /// <summary>Segments that lie on disk, oldest first.</summary>
    public SegmentShelf Shelf => shelf;

    /// <summary>Logged so far by this process.</summary>
    public long Count { get; private set; }

    /// <exception cref="IOException">It could not be written (disk full): the answer must not go out.</exception>
    public void Append(in LoggedAnswer answer)
    {
        Batch mine;
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposed, this);
            if (known.TryAdd(answer.Schema.Id, answer.Schema))
            {
                Reserve(answer.Schema.MaxSize);
                Frame(answer.Schema.Write(activeBytes.AsSpan(activeLength + SegmentFormat.RecordHeader)));
            }
            Reserve(answer.Size());
            Frame(answer.Write(activeBytes.AsSpan(activeLength + SegmentFormat.RecordHeader)));
            Count++;
            mine = active;
        }
        lock (writing)
        {
            if (!mine.Done) WriteActive(seal: false);
        }
        if (mine.Failure is { } failure) throw new IOException(failure.Message, failure);
    }

    /// <summary>Completes when everything appended so far is on disk.</summary>
    public Task FlushedAsync()
    {
        // The flush under way may have begun before this append: the one after it counts.
        Task wait;
        lock (writing) wait = flushed.Task;
        if (Interlocked.Exchange(ref flushAsked, 1) == 0) flushNow.Release();
        return wait;
    }

    /// <summary>Closes the open segment, if it holds anything.</summary>
    public void Seal()
    {
        lock (writing) WriteActive(seal: true);
    }

    /// <summary>Closes the open segment when nothing came for <paramref name="idle"/>.</summary>
    public void SealIdle(TimeSpan idle)
    {
        lock (writing)
        {
            if (open is not null && time.GetElapsedTime(lastWrite) >= idle) WriteActive(seal: true);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (disposed) return;
            disposed = true;
        }
        Seal();
        flushNow.Release();
        flusher.Join();
        flushNow.Dispose();
    }

    private void Reserve(int payload)
    {
        var needed = activeLength + SegmentFormat.RecordHeader + payload;
        if (needed > activeBytes.Length) Array.Resize(ref activeBytes, Math.Max(needed, activeBytes.Length * 2));
    }

    private void Frame(int payload)
    {
        Head(activeBytes.AsSpan(activeLength), payload);
        activeLength += SegmentFormat.RecordHeader + payload;
    }

    private static void Head(Span<byte> record, int payload)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(record, (uint)payload);
        BinaryPrimitives.WriteUInt32LittleEndian(record[4..], SegmentFormat.Crc(record.Slice(SegmentFormat.RecordHeader, payload)));
    }

    /// <summary>Under <see cref="writing"/>.</summary>
    private void WriteActive(bool seal)
    {
        Batch batch;
        int length;
        byte[]? schemas = null;
        lock (gate)
        {
            // A batch that was lost may have held schemas that later records name.
            if (redefine) schemas = Schemas();
            (batch, length) = (active, activeLength);
            (activeBytes, writtenBytes) = (writtenBytes, activeBytes);
            (active, activeLength) = (new Batch(), 0);
            if (seal || (open?.Length ?? 0) + length >= segmentBytes)
            {
                seal = true;
                known.Clear(); // what is appended from here on lands in the next segment
            }
        }
        try
        {
            if (length > 0)
            {
                open ??= shelf.Create(Guid.CreateVersion7(time.GetUtcNow()));
                if (schemas is not null) open.Write(schemas);
                redefine = false;
                open.Write(writtenBytes.AsSpan(0, length));
                writes++;
                lastWrite = time.GetTimestamp();
            }
            if (seal && open is not null)
            {
                open.Closed = true;
                open = null;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            batch.Failure = e;
            redefine = true;
        }
        batch.Done = true;
        if (writtenBytes.Length > 4 << 20) writtenBytes = new byte[64 << 10];
    }

    private byte[] Schemas()
    {
        using var all = new MemoryStream();
        foreach (var schema in known.Values)
        {
            var record = new byte[SegmentFormat.RecordHeader + schema.MaxSize];
            var length = schema.Write(record.AsSpan(SegmentFormat.RecordHeader));
            Head(record, length);
            all.Write(record.AsSpan(0, SegmentFormat.RecordHeader + length));
        }
        return all.ToArray();
    }

    private void FlushLoop()
    {
        while (true)
        {
            var last = disposed;
            flushNow.Wait(FlushEvery);
            var asked = Interlocked.Exchange(ref flushAsked, 0) == 1;
            TaskCompletionSource? waiting = null;
            lock (writing)
            {
                if (writes != flushes || asked || last)
                {
                    waiting = flushed;
                    flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    flushes = writes;
                }
            }
            if (waiting is not null)
            {
                try
                {
                    shelf.Flush();
                    waiting.TrySetResult();
                }
                catch (IOException e)
                {
                    waiting.TrySetException(e);
                    _ = waiting.Task.Exception; // nobody may be waiting
                }
            }
            if (last) return;
        }
    }

    private sealed class Batch
    {
        public volatile bool Done;

        public Exception? Failure;
    }
}
