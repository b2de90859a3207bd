using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text.Json;
using Takt.Journal.Checkpoints;
using Takt.Journal.Tree;
using Takt.Kernel;

namespace Takt.Journal.Export;

/// <summary>One pass over an export, line by line: everything that a line says is computed again from what came before it.</summary>
internal sealed class ExportReading : IDisposable
{
    private const int LongestLine = 64 << 20;

    private readonly VerifyOptions options;
    private readonly Frontier tree = new();
    private readonly IncrementalHash all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Dictionary<string, (int Order, ECDsa Key)> keys = new(StringComparer.Ordinal);
    private readonly SortedSet<int> signers = [];
    private readonly Dictionary<long, Digest> anchors;
    private ExportLine.Header? header;
    private Digest ownTag;
    private ExportLine.CheckpointLine? last;
    private bool ended;
    private long line;
    private long facts;

    private ExportReading(VerifyOptions options)
    {
        this.options = options;
        anchors = options.Anchors.GroupBy(a => a.Size).ToDictionary(g => g.Key, g => g.First().Root);
    }

    public static async Task<VerifyReport> VerifyAsync(Stream export, VerifyOptions options, CancellationToken cancellationToken)
    {
        using var reading = new ExportReading(options);
        var reader = PipeReader.Create(export, new StreamPipeReaderOptions(leaveOpen: true));
        try
        {
            await reading.ReadAsync(reader, cancellationToken).ConfigureAwait(false);
            return reading.Report(null);
        }
        catch (DamageException damage)
        {
            return reading.Report(damage);
        }
        finally
        {
            await reader.CompleteAsync().ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        all.Dispose();
        foreach (var (_, key) in keys.Values) key.Dispose();
    }

    private async Task ReadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = read.Buffer;
            while (buffer.PositionOf((byte)'\n') is { } end)
            {
                Take(buffer.Slice(0, end).ToArray());
                buffer = buffer.Slice(buffer.GetPosition(1, end));
            }
            if (buffer.Length > LongestLine) throw Damaged("the line has no end", tree.Size);
            reader.AdvanceTo(buffer.Start, buffer.End);
            if (!read.IsCompleted) continue;
            line++;
            if (!buffer.IsEmpty) throw Damaged(ended ? "something follows the export's end" : "the line has no end: the export was cut", ended ? null : tree.Size);
            if (!ended) throw Damaged("the export ends early: its last line is missing", tree.Size);
            line--;
            return;
        }
    }

    private void Take(byte[] bytes)
    {
        line++;
        if (ended) throw Damaged("something follows the export's end", null);
        ExportLine parsed;
        try
        {
            parsed = ExportLine.Parse(bytes);
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException or OverflowException or ArgumentException or IndexOutOfRangeException)
        {
            throw Damaged($"the line cannot be read ({e.Message.Split('\n')[0].TrimEnd('.', '\r')})", header is null ? null : tree.Size);
        }
        if ((header is null) != parsed is ExportLine.Header) throw Damaged(header is null ? "the export does not start with its header" : "a second header", header is null ? null : tree.Size);

        switch (parsed)
        {
            case ExportLine.Header first: Start(first); break;
            case ExportLine.FactLine fact: Add(fact.Sequenced); break;
            case ExportLine.OtherLine other: Add(other); break;
            case ExportLine.CheckpointLine checkpoint: Check(checkpoint); break;
            case ExportLine.EndLine end: End(end); break;
        }
        if (ended) return;
        all.AppendData(bytes);
        all.AppendData("\n"u8);
    }

    private void Start(ExportLine.Header first)
    {
        foreach (var key in first.Keys)
        {
            var made = ECDsa.Create();
            try
            {
                made.ImportSubjectPublicKeyInfo(key.PublicKey, out var read);
                if (read != key.PublicKey.Length || made.KeySize != 256) throw new CryptographicException("not a P-256 key");
            }
            catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
            {
                made.Dispose();
                throw Damaged($"the public key {key.Name} cannot be read", null);
            }
            if (!keys.TryAdd(key.Name, (keys.Count, made)))
            {
                made.Dispose();
                throw Damaged($"the key {key.Name} stands twice", null);
            }
            if (key.EndorsedBy is { } by && (key.Endorsement is null || !keys.TryGetValue(by, out var older) || !SigningKeys.Verifies(older.Key, SigningKeys.EndorsementText(first.Journal, key.Name, key.PublicKey), key.Endorsement)))
                throw Damaged($"the key {key.Name} says that {by} endorsed it, which it did not", null);
            if (options.TrustedKeys.Count > 0 && key.EndorsedBy is null && !options.TrustedKeys.Contains(new Digest(SHA256.HashData(key.PublicKey))))
                throw Damaged($"the key {key.Name} is none of the trusted ones, and none of them endorsed it", null);
        }
        header = first;
        if (first.Project is { } project) ownTag = FactLeaf.Tag(project);
    }

    private void Add(SequencedFact fact)
    {
        Place(fact.Position);
        if (header!.Project is { } project && fact.Fact.Project != project) throw Damaged("a fact of another project stands in this project's export", tree.Size);
        if (FactLeaf.Of(fact.Id, fact.At, fact.Fact) != fact.Leaf) throw Damaged("the fact is not the one that its leaf was made of", tree.Size);
        facts++;
        Grow(fact.Leaf);
    }

    private void Add(ExportLine.OtherLine other)
    {
        Place(other.Position);
        if (header!.Project is null) throw Damaged("the fact is withheld in an export of every project", tree.Size);
        if (other.Tag == ownTag) throw Damaged("a fact of this project is withheld", tree.Size);
        if (FactLeaf.Of(other.Tag, other.Body) != other.Leaf) throw Damaged("the hashes are not those that the leaf was made of", tree.Size);
        Grow(other.Leaf);
    }

    private void Place(long position)
    {
        if (position != tree.Size) throw Damaged($"the fact of position {tree.Size} is missing: position {position} follows", tree.Size);
        if (tree.Size >= header!.Size) throw Damaged("there are more facts than the header says", tree.Size);
    }

    private void Grow(Digest leaf)
    {
        tree.Append(leaf);
        if (anchors.TryGetValue(tree.Size, out var root) && root != tree.Root())
            throw Damaged($"the root at size {tree.Size} is not the one that was noted: something was rewritten since", last?.Size ?? 0);
    }

    private void Check(ExportLine.CheckpointLine checkpoint)
    {
        long? at = tree.Size > 0 ? tree.Size - 1 : null;
        if (checkpoint.Size != tree.Size || checkpoint.Size == last?.Size) throw Damaged($"the checkpoint of size {checkpoint.Size} stands in the wrong place", at);
        if (!keys.TryGetValue(checkpoint.Key, out var key)) throw Damaged($"the checkpoint's key {checkpoint.Key} is unknown", at);
        var text = new Checkpoint(header!.Journal, checkpoint.Size, checkpoint.Root, checkpoint.At, checkpoint.Key).Text();
        if (!SigningKeys.Verifies(key.Key, text, checkpoint.Signature)) throw Damaged("the checkpoint's signature does not fit", at);
        // Signed, so the checkpoint is right: what lies between it and the last one is not.
        if (checkpoint.Root != tree.Root()) throw Damaged($"the facts from position {last?.Size ?? 0} to {tree.Size - 1} are not those that were signed", last?.Size ?? 0);
        if (last is not null && (checkpoint.At < last.At || key.Order < signers.Max)) throw Damaged("the checkpoint is older than the one before it", at);
        signers.Add(key.Order);
        last = checkpoint;
    }

    private void End(ExportLine.EndLine end)
    {
        if (tree.Size != header!.Size) throw Damaged($"the export ends at position {tree.Size}; its header says {header.Size}", tree.Size);
        if ((last?.Size ?? 0) != tree.Size) throw Damaged("no checkpoint covers the last facts", last?.Size ?? 0);
        if (anchors.Keys.FirstOrDefault(size => size > tree.Size) is > 0 and var beyond) throw Damaged($"a root of size {beyond} was noted, but the export ends at {tree.Size}: its end was cut off", tree.Size);
        if (end.Lines != line - 1 || end.Sha256 != new Digest(all.GetCurrentHash())) throw Damaged("the bytes before the end are not those that were written (the facts are: the damage is in the header's keys or in this line)", null);
        ended = true;
    }

    private DamageException Damaged(string what, long? position) => new(what, position);

    private VerifyReport Report(DamageException? damage)
    {
        Digest[] used = header is null ? [] : [.. signers.Select(i => new Digest(SHA256.HashData(header.Keys[i].PublicKey)))];
        string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
        var summary = damage is null
            ? Text($"whole: {facts:N0} facts{(header!.Project is null ? "" : " of the project")} in a tree of {tree.Size:N0}, signed at {last?.At:yyyy-MM-dd HH:mm:ss}Z")
            : Text($"damaged{(damage.Position is { } p ? Text($" at position {p}") : "")} (line {line}): {damage.What}");
        return new VerifyReport(damage is null, summary, header?.Project, facts, last?.Size ?? 0, last?.Root ?? ChunkedDigest.Root([]), last?.At, used, damage?.Position, damage is null ? null : line, damage?.What);
    }

    private sealed class DamageException(string what, long? position) : Exception(what)
    {
        public string What { get; } = what;

        public long? Position { get; } = position;
    }
}
