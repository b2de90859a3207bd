using System.Collections.Concurrent;
using Takt.Kernel;

namespace Takt.Serving;

/// <summary>
/// Joins truths with requests by id. A truth is on disk before its caller is told; one that comes before its request waits for it; where several come
/// for one request the last one wins. Ids sort by time, so a truth looks into the few segments of its moment. Thread-safe.
/// </summary>
internal sealed class TruthBook(string folder) : IDisposable
{
    private const long CompactAbove = 64 << 20;
    private const int LoadedAtMost = 16;

    private readonly ConcurrentDictionary<DeploymentKey, Book> books = new();

    /// <summary>Truths that found their request, in the order they did. Under the deployment's lock.</summary>
    public event Action<DeploymentKey, IReadOnlyList<Truth>>? Matched;

    /// <summary>Reads what is on disk: headers alone.</summary>
    public void Start()
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(folder, "truths.log", SearchOption.AllDirectories).Concat(Directory.GetFiles(folder, "*.idx", SearchOption.AllDirectories)).Order(StringComparer.Ordinal))
        {
            var home = Path.GetDirectoryName(file)!;
            if (!Id.TryParse<ProjectId>(Path.GetFileName(Path.GetDirectoryName(home)), out var project)) continue;
            var book = Of(new DeploymentKey(project, Path.GetFileName(home)));
            if (!file.EndsWith(".idx", StringComparison.Ordinal)) continue;
            if (SegmentIndex.Open(file) is { } index) book.Segments[index.Segment] = index;
            else File.Delete(file); // comes again with its segment
        }
    }

    /// <summary>After the open segments were read: truths that are not in a closed index yet find their requests again; matched ones since <paramref name="tell"/> are told again.</summary>
    public void Replay(Func<DeploymentKey, DateTimeOffset?> tell)
    {
        foreach (var (key, book) in books)
        {
            lock (book)
            {
                var all = book.Log.ReadAll();
                var from = tell(key) is { } time ? SegmentFormat.Micros(time) : long.MaxValue;
                var (_, told) = Match(book, all, includeSame: true);
                book.Unload(0);
                var again = told.Where(t => t.Arrived >= from).ToList();
                if (again.Count > 0) Matched?.Invoke(key, again);
                if (book.Log.Bytes > CompactAbove) book.Log.Rewrite([.. book.Waiting.Select(w => w.Value), .. from == long.MaxValue ? [] : again]);
            }
        }
    }

    /// <summary>Live rows: what they are matched with from now on.</summary>
    public void AddRows(string segment, DeploymentKey key, IReadOnlyList<LoggedRow> rows)
    {
        var book = Of(key);
        lock (book)
        {
            List<Truth>? found = null;
            foreach (var row in rows)
            {
                if (row.Shadow) continue;
                if (row.Row == 0)
                {
                    book.LastEvent = Math.Max(book.LastEvent, row.EventTime);
                    book.OpenRequests[segment] = book.OpenRequests.GetValueOrDefault(segment) + 1;
                    if (row.Failed) book.OpenErrors[segment] = book.OpenErrors.GetValueOrDefault(segment) + 1;
                }
                if (row.Failed) continue;
                if (!book.Segments.TryGetValue(segment, out var index)) book.Segments[segment] = index = new SegmentIndex(segment);
                index.Add(new IndexEntry(row.Id, row.Row, row.Score, row.EventTime, double.NaN, 0));
                if (book.Waiting.Count > 0 && book.Waiting.Remove((row.Id, row.Row), out var waiting))
                {
                    index.Set(row.Id, row.Row, waiting.Label, waiting.Arrived);
                    (found ??= []).Add(waiting);
                }
            }
            if (found is not null) Matched?.Invoke(key, found);
        }
    }

    /// <summary>The segment is closed and converted.</summary>
    public void Close(string segment)
    {
        foreach (var (key, book) in books)
        {
            lock (book)
            {
                if (book.Segments.TryGetValue(segment, out var index)) index.Close(Path.Combine(key.Folder(folder), segment + ".idx"));
                book.OpenRequests.Remove(segment);
                book.OpenErrors.Remove(segment);
                book.Unload(LoadedAtMost);
            }
        }
    }

    public TruthReceipt Apply(DeploymentKey key, IReadOnlyList<Truth> truths)
    {
        var book = Of(key);
        lock (book)
        {
            book.Log.Append([.. truths]);
            var (receipt, matched) = Match(book, truths, includeSame: false);
            book.Unload(LoadedAtMost);
            if (matched.Count > 0) Matched?.Invoke(key, matched);
            return receipt;
        }
    }

    /// <summary>Requests and errors that are in open segments alone, truths, and how far event time has come.</summary>
    public BookState State(DeploymentKey key)
    {
        var book = Of(key);
        lock (book)
        {
            var lastEvent = book.Segments.Values.Aggregate(book.LastEvent, (last, s) => Math.Max(last, s.LastEvent));
            var lastTruth = book.Segments.Values.Aggregate(long.MinValue, (last, s) => Math.Max(last, s.LastTruthEvent));
            return new BookState(book.OpenRequests.Values.Sum(), book.OpenErrors.Values.Sum(), book.Segments.Values.Sum(s => s.Truths), book.Waiting.Count,
                lastEvent == long.MinValue ? null : lastEvent, lastTruth == long.MinValue ? null : lastTruth);
        }
    }

    /// <summary>Segments with a truth, and their labelled entries when asked for.</summary>
    public IReadOnlyList<LabelledSegment> Labelled(DeploymentKey key)
    {
        var book = Of(key);
        lock (book) return [.. book.Segments.Values.Where(s => s.Truths > 0).OrderBy(s => s.Segment, StringComparer.Ordinal).Select(s => new LabelledSegment(s.Segment, s.Version, s.Truths))];
    }

    public IReadOnlyList<IndexEntry> LabelledEntries(DeploymentKey key, string segment, out long version)
    {
        var book = Of(key);
        lock (book)
        {
            version = 0;
            if (!book.Segments.TryGetValue(segment, out var index)) return [];
            version = index.Version;
            var entries = index.Entries().Where(e => !double.IsNaN(e.Label)).ToList();
            book.Unload(LoadedAtMost);
            return entries;
        }
    }

    public void Dispose()
    {
        foreach (var book in books.Values)
        {
            lock (book)
            {
                foreach (var index in book.Segments.Values.Where(s => s is { IsOpen: false, Dirty: true })) index.Save();
                book.Log.Dispose();
            }
        }
    }

    private Book Of(DeploymentKey key) => books.GetOrAdd(key, static (k, root) => new Book(new TruthLog(Path.Combine(k.Folder(root), "truths.log"))), folder);

    private static (TruthReceipt Receipt, List<Truth> Matched) Match(Book book, IReadOnlyList<Truth> truths, bool includeSame)
    {
        var matched = new List<Truth>(truths.Count);
        long found = 0, unknown = 0, repeated = 0, changed = 0;
        var segments = book.Segments.Values.ToArray();
        SegmentIndex? last = null;
        foreach (var truth in truths)
        {
            LabelChange? change = null;
            if (last is not null && last.MayHave(truth.Id)) change = last.Set(truth.Id, truth.Row, truth.Label, truth.Arrived);
            for (var i = 0; change is null && i < segments.Length; i++)
            {
                if (segments[i] == last || !segments[i].MayHave(truth.Id)) continue;
                change = segments[i].Set(truth.Id, truth.Row, truth.Label, truth.Arrived);
                if (change is not null) last = segments[i];
            }
            switch (change)
            {
                case null:
                    unknown++;
                    book.Waiting[(truth.Id, truth.Row)] = truth;
                    break;
                case LabelChange.First:
                    found++;
                    matched.Add(truth);
                    break;
                default:
                    found++;
                    repeated++;
                    if (change == LabelChange.Other) changed++;
                    if (includeSame) matched.Add(truth);
                    break;
            }
        }
        return (new TruthReceipt(truths.Count, found, unknown, repeated, changed), matched);
    }

    private sealed class Book(TruthLog log)
    {
        public TruthLog Log { get; } = log;

        public Dictionary<string, SegmentIndex> Segments { get; } = [];

        public Dictionary<(Guid, int), Truth> Waiting { get; } = [];

        public Dictionary<string, long> OpenRequests { get; } = [];

        public Dictionary<string, long> OpenErrors { get; } = [];

        public long LastEvent { get; set; } = long.MinValue;

        /// <summary>Closed indexes in memory beyond this many, the oldest, go back to their files.</summary>
        public void Unload(int keep)
        {
            foreach (var index in Segments.Values.Where(s => !s.IsOpen).OrderByDescending(s => s.Last).Skip(keep)) index.Unload();
        }
    }
}

/// <param name="Requests">In open segments.</param>
/// <param name="Waiting">Truths whose request is unknown.</param>
internal sealed record BookState(long Requests, long Errors, long Truths, long Waiting, long? LastEvent, long? LastTruthEvent);

internal sealed record LabelledSegment(string Segment, long Version, long Truths);

/// <summary>What became of truths that were posted.</summary>
/// <param name="Unknown">No request with that id so far: kept, and joined if it comes.</param>
/// <param name="Repeated">The request had a truth already; of these <paramref name="Changed"/> had another one. The last one counts.</param>
internal sealed record TruthReceipt(long Received, long Matched, long Unknown, long Repeated, long Changed);
