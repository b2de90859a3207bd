using System.Buffers.Binary;

namespace Takt.Serving;

/// <summary>
/// The live answers of one deployment in one segment, by id: what a truth is matched with. In memory while the segment is open; then a file of a header
/// and entries of 48 bytes sorted by id, in which labels are set in place. Rebuilt from segment and truth log if lost. Not thread-safe.
/// </summary>
internal sealed class SegmentIndex(string segment)
{
    public const int EntrySize = 48;
    private const int HeaderSize = 64;
    private const ulong Magic = 0x3158_4449_544B_4154; // "TAKTIDX1", about

    private List<IndexEntry>? building = [];
    private Dictionary<(Guid, int), int>? places = [];
    private string? path;
    private IndexEntry[]? loaded;

    public string Segment { get; } = segment;

    public long Count { get; private set; }

    public long Truths { get; private set; }

    /// <summary>Grows with each label that is set or changed.</summary>
    public long Version { get; private set; }

    public long LastEvent { get; private set; } = long.MinValue;

    public long LastTruthEvent { get; private set; } = long.MinValue;

    public bool IsOpen => building is not null;

    public Guid First { get; private set; }

    public Guid Last { get; private set; }

    public void Add(IndexEntry entry)
    {
        if (building is null) return; // closed and read again: it has them all
        if (!places!.TryAdd((entry.Id, entry.Row), building.Count)) return;
        if (Count == 0 || entry.Id.CompareTo(First) < 0) First = entry.Id;
        if (Count == 0 || entry.Id.CompareTo(Last) > 0) Last = entry.Id;
        Count++;
        LastEvent = Math.Max(LastEvent, entry.EventTime);
        building.Add(entry);
    }

    public bool MayHave(Guid id) => Count > 0 && id.CompareTo(First) >= 0 && id.CompareTo(Last) <= 0;

    /// <returns>Null where the request is not in here; else whether it had another label, had none, or had this one.</returns>
    public LabelChange? Set(Guid id, int row, double label, long arrived)
    {
        var entries = building is null ? Entries().AsSpan() : System.Runtime.InteropServices.CollectionsMarshal.AsSpan(building);
        var at = building is null ? Search(loaded!, id, row) : places!.GetValueOrDefault((id, row), -1);
        if (at < 0) return null;
        ref var entry = ref entries[at];
        var change = double.IsNaN(entry.Label) ? LabelChange.First : entry.Label.Equals(label) ? LabelChange.Same : LabelChange.Other;
        if (change == LabelChange.Same) return change;
        if (change == LabelChange.First) Truths++;
        entry = entry with { Label = label, Arrived = arrived };
        LastTruthEvent = Math.Max(LastTruthEvent, entry.EventTime);
        Version++;
        Dirty = true;
        return change;
    }

    /// <summary>The file is behind.</summary>
    public bool Dirty { get; private set; }

    /// <summary>The segment is closed: from now on the entries lie in a file.</summary>
    public void Close(string file)
    {
        if (building is null) return;
        loaded = [.. building];
        Array.Sort(loaded, static (a, b) => a.Id.CompareTo(b.Id) is var c and not 0 ? c : a.Row.CompareTo(b.Row));
        building = null;
        places = null;
        path = file;
        Save();
    }

    /// <summary>Brings the file up to date.</summary>
    public void Save()
    {
        if (path is null || loaded is null) return;
        var bytes = new byte[HeaderSize + loaded.Length * EntrySize];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Count);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Truths);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), Version);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(32), LastEvent);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), LastTruthEvent);
        for (var i = 0; i < loaded.Length; i++) loaded[i].Write(bytes.AsSpan(HeaderSize + i * EntrySize));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path + ".part", bytes);
        File.Move(path + ".part", path, overwrite: true);
        Dirty = false;
    }

    /// <summary>Gives the memory back; the next look reads the file.</summary>
    public void Unload()
    {
        if (path is null) return;
        if (Dirty) Save();
        loaded = null;
    }

    public IndexEntry[] Entries()
    {
        if (building is not null) return [.. building];
        return loaded ??= ReadEntries(File.ReadAllBytes(path!));
    }

    /// <summary>The header of a file; entries are read when they are wanted. Null where the file is damaged.</summary>
    public static SegmentIndex? Open(string file)
    {
        Span<byte> head = stackalloc byte[HeaderSize];
        Span<byte> ends = stackalloc byte[16];
        using var handle = File.OpenHandle(file);
        var length = RandomAccess.GetLength(handle);
        if (RandomAccess.Read(handle, head, 0) < HeaderSize || BinaryPrimitives.ReadUInt64LittleEndian(head) != Magic) return null;
        var count = BinaryPrimitives.ReadInt64LittleEndian(head[8..]);
        if (count < 1 || length != HeaderSize + count * EntrySize) return null;
        var index = new SegmentIndex(Path.GetFileNameWithoutExtension(file))
        {
            building = null, places = null, path = file, Count = count, Truths = BinaryPrimitives.ReadInt64LittleEndian(head[16..]), Version = BinaryPrimitives.ReadInt64LittleEndian(head[24..]),
            LastEvent = BinaryPrimitives.ReadInt64LittleEndian(head[32..]), LastTruthEvent = BinaryPrimitives.ReadInt64LittleEndian(head[40..]),
        };
        RandomAccess.Read(handle, ends, HeaderSize);
        index.First = new Guid(ends, bigEndian: true);
        RandomAccess.Read(handle, ends, HeaderSize + (count - 1) * EntrySize);
        index.Last = new Guid(ends, bigEndian: true);
        return index;
    }

    private static IndexEntry[] ReadEntries(ReadOnlySpan<byte> bytes)
    {
        var entries = new IndexEntry[(bytes.Length - HeaderSize) / EntrySize];
        for (var i = 0; i < entries.Length; i++) entries[i] = IndexEntry.Read(bytes[(HeaderSize + i * EntrySize)..]);
        return entries;
    }

    private static int Search(IndexEntry[] entries, Guid id, int row)
    {
        var (low, high) = (0, entries.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = entries[middle].Id.CompareTo(id);
            if (order == 0) order = entries[middle].Row.CompareTo(row);
            if (order == 0) return middle;
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }
        return -1;
    }
}

/// <param name="Label">NaN: none yet.</param>
internal readonly record struct IndexEntry(Guid Id, int Row, float Score, long EventTime, double Label, long Arrived)
{
    public void Write(Span<byte> to)
    {
        Id.TryWriteBytes(to, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32LittleEndian(to[16..], Row);
        BinaryPrimitives.WriteSingleLittleEndian(to[20..], Score);
        BinaryPrimitives.WriteInt64LittleEndian(to[24..], EventTime);
        BinaryPrimitives.WriteDoubleLittleEndian(to[32..], Label);
        BinaryPrimitives.WriteInt64LittleEndian(to[40..], Arrived);
    }

    public static IndexEntry Read(ReadOnlySpan<byte> from) => new(new Guid(from[..16], bigEndian: true), BinaryPrimitives.ReadInt32LittleEndian(from[16..]), BinaryPrimitives.ReadSingleLittleEndian(from[20..]),
        BinaryPrimitives.ReadInt64LittleEndian(from[24..]), BinaryPrimitives.ReadDoubleLittleEndian(from[32..]), BinaryPrimitives.ReadInt64LittleEndian(from[40..]));
}

internal enum LabelChange { First, Other, Same }
