using Microsoft.Win32.SafeHandles;
using Takt.Native.Posix;

namespace Takt.Serving;

/// <summary>The segments that lie in a folder: the open one, and closed ones that the control plane does not have yet. Thread-safe.</summary>
internal sealed class SegmentShelf
{
    private readonly Lock gate = new();
    private readonly List<OpenSegment> segments = [];
    private readonly string folder;

    /// <summary>Takes up what an earlier process left: each file is cut after its last whole record and counts as closed.</summary>
    public SegmentShelf(string folder)
    {
        this.folder = folder;
        foreach (var path in Directory.GetFiles(folder, "*.seg").Order(StringComparer.Ordinal))
        {
            var length = SegmentRecovery.Cut(path);
            if (length <= SegmentFormat.Magic.Length) File.Delete(path);
            else segments.Add(new OpenSegment(path, File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read), length) { Closed = true });
        }
    }

    /// <summary>Signalled when something was written or closed.</summary>
    public SemaphoreSlim Changed { get; } = new(0);

    private int changed;

    public IReadOnlyList<OpenSegment> All
    {
        get
        {
            lock (gate) return [.. segments];
        }
    }

    public OpenSegment Create(Guid id)
    {
        var path = Path.Combine(folder, $"{id:N}.seg");
        var handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
        var segment = new OpenSegment(path, handle, 0) { Written = Signal };
        try
        {
            segment.Write(SegmentFormat.Magic);
        }
        catch
        {
            handle.Dispose();
            File.Delete(path);
            throw;
        }
        lock (gate) segments.Add(segment);
        return segment;
    }

    /// <summary>Flushes what was written since the last time.</summary>
    public void Flush()
    {
        foreach (var segment in All) segment.Flush(folder);
    }

    /// <summary>The control plane has it: it may go.</summary>
    public void Remove(OpenSegment segment)
    {
        lock (gate) segments.Remove(segment);
        segment.Dispose();
        File.Delete(segment.Path);
    }

    /// <summary>Forgets earlier signals; call it before looking.</summary>
    public void Reset() => Volatile.Write(ref changed, 0);

    public void Signal()
    {
        if (Volatile.Read(ref changed) == 0 && Interlocked.Exchange(ref changed, 1) == 0) Changed.Release();
    }
}

/// <summary>One segment's file. Written by one thread at a time, read by any.</summary>
internal sealed class OpenSegment(string path, SafeFileHandle handle, long length) : IDisposable
{
    private readonly Lock flushing = new();
    private long length = length;
    private long flushedLength;
    private bool disposed;

    public string Path { get; } = path;

    /// <summary>32 hex digits.</summary>
    public string Id => System.IO.Path.GetFileNameWithoutExtension(Path);

    public long Length => Volatile.Read(ref length);

    /// <summary>How far the control plane has it.</summary>
    public long Acknowledged { get; set; } = -1;

    /// <summary>Nothing will be added.</summary>
    public bool Closed
    {
        get => Volatile.Read(ref field);
        set
        {
            Volatile.Write(ref field, value);
            Written?.Invoke();
        }
    }

    public Action? Written { get; init; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(handle, bytes, length); // a failed write leaves the length: the next one goes over its remains
        Volatile.Write(ref length, length + bytes.Length);
        Written?.Invoke();
    }

    public int Read(Span<byte> into, long offset)
    {
        var available = (int)Math.Min(into.Length, Length - offset);
        return available <= 0 ? 0 : RandomAccess.Read(handle, into[..available], offset);
    }

    public void Flush(string folder)
    {
        lock (flushing)
        {
            if (disposed) return;
            var now = Length;
            if (now == flushedLength) return;
            RandomAccess.FlushToDisk(handle);
            if (flushedLength == 0) PosixFiles.FlushFolder(folder);
            flushedLength = now;
        }
    }

    public void Dispose()
    {
        lock (flushing)
        {
            disposed = true;
            handle.Dispose();
        }
    }
}
