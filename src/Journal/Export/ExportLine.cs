using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Takt.Journal.Checkpoints;
using Takt.Journal.Facts;
using Takt.Journal.Tree;
using Takt.Kernel;

namespace Takt.Journal.Export;

/// <summary>
/// The lines of an export, each written in one way alone: the verifier writes what it read again and compares bytes, so that no byte of a line is without meaning.
/// </summary>
internal abstract record ExportLine
{
    public const int Version = 1;

    // Payloads stay readable; the export is a file, never HTML.
    private static readonly JsonWriterOptions plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The line without its end.</summary>
    public byte[] Bytes()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, plain))
        {
            json.WriteStartObject();
            Write(json);
            json.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="Exception">Of many kinds: the line is not one of ours.</exception>
    public static ExportLine Parse(ReadOnlyMemory<byte> line)
    {
        using var document = JsonDocument.Parse(line);
        var json = document.RootElement;
        ExportLine parsed = json.EnumerateObject().First().Name switch
        {
            "takt" => Header.Read(json),
            "position" => json.TryGetProperty("payload", out _) ? FactLine.Read(json) : OtherLine.Read(json),
            "checkpoint" => CheckpointLine.Read(json),
            "end" => EndLine.Read(json),
            var name => throw new JsonException($"'{name}' starts no line of an export"),
        };
        return parsed.Bytes().AsSpan().SequenceEqual(line.Span) ? parsed : throw new JsonException("it is not written as Takt writes it");
    }

    protected abstract void Write(Utf8JsonWriter json);

    /// <summary>The first line: which journal, whose export, up to which size, and the public keys.</summary>
    internal sealed record Header(Guid Journal, ProjectId? Project, long Size, IReadOnlyList<HeaderKey> Keys) : ExportLine
    {
        public static Header Read(JsonElement json)
        {
            if (json.GetProperty("takt").GetString() != "journal-export" || json.GetProperty("version").GetInt32() != Version) throw new JsonException("it is no export of this version");
            var project = json.GetProperty("project");
            return new Header(Guid.ParseExact(json.GetProperty("journal").GetString()!, "N"), project.ValueKind == JsonValueKind.Null ? null : Id.Parse<ProjectId>(project.GetString()!),
                json.GetProperty("size").GetInt64(), [.. json.GetProperty("keys").EnumerateArray().Select(HeaderKey.Read)]);
        }

        protected override void Write(Utf8JsonWriter json)
        {
            json.WriteString("takt", "journal-export");
            json.WriteNumber("version", Version);
            json.WriteString("journal", Journal.ToString("N"));
            if (Project is { } project) json.WriteString("project", Id.Text(project));
            else json.WriteNull("project");
            json.WriteNumber("size", Size);
            json.WriteStartArray("keys");
            foreach (var key in Keys) key.Write(json);
            json.WriteEndArray();
        }
    }

    internal sealed record HeaderKey(string Name, byte[] PublicKey, string? EndorsedBy, byte[]? Endorsement)
    {
        public static HeaderKey Read(JsonElement json) => new(
            json.GetProperty("name").GetString()!, Convert.FromBase64String(json.GetProperty("publicKey").GetString()!),
            json.TryGetProperty("endorsedBy", out var by) ? by.GetString() : null, json.TryGetProperty("endorsement", out var signature) ? Convert.FromBase64String(signature.GetString()!) : null);

        public void Write(Utf8JsonWriter json)
        {
            json.WriteStartObject();
            json.WriteString("name", Name);
            json.WriteBase64String("publicKey", PublicKey);
            if (EndorsedBy is not null) json.WriteString("endorsedBy", EndorsedBy);
            if (Endorsement is not null) json.WriteBase64String("endorsement", Endorsement);
            json.WriteEndObject();
        }
    }

    /// <summary>A fact, whole.</summary>
    internal sealed record FactLine(SequencedFact Sequenced) : ExportLine
    {
        public static FactLine Read(JsonElement json)
        {
            var fact = new Fact(
                Id.Parse<ProjectId>(json.GetProperty("project").GetString()!), Id.Parse<ActorId>(json.GetProperty("actor").GetString()!), json.GetProperty("kind").GetString()!,
                json.GetProperty("version").GetInt32(), Subject.Parse(json.GetProperty("subject").GetString()!), json.GetProperty("payload").GetString()!,
                [.. json.GetProperty("edges").EnumerateArray().Select(e => new LineageEdge(Subject.Parse(e[0].GetString()!), Subject.Parse(e[1].GetString()!), e[2].GetString()!))]);
            return new FactLine(new SequencedFact(json.GetProperty("position").GetInt64(), Id.Parse<FactId>(json.GetProperty("id").GetString()!),
                UnixMicroseconds.Read(json.GetProperty("at").GetInt64()), fact, Digest.Parse(json.GetProperty("leaf").GetString()!)));
        }

        protected override void Write(Utf8JsonWriter json)
        {
            var fact = Sequenced.Fact;
            json.WriteNumber("position", Sequenced.Position);
            json.WriteString("leaf", Sequenced.Leaf.ToString());
            json.WriteString("id", Id.Text(Sequenced.Id));
            json.WriteString("project", Id.Text(fact.Project));
            json.WriteString("actor", Id.Text(fact.Actor));
            json.WriteNumber("at", UnixMicroseconds.Of(Sequenced.At));
            json.WriteString("kind", fact.Kind);
            json.WriteNumber("version", fact.Version);
            json.WriteString("subject", fact.Subject.ToString());
            json.WriteString("payload", fact.Payload);
            json.WriteStartArray("edges");
            foreach (var edge in fact.Edges)
            {
                json.WriteStartArray();
                json.WriteStringValue(edge.From.ToString());
                json.WriteStringValue(edge.To.ToString());
                json.WriteStringValue(edge.Relation);
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
    }

    /// <summary>Another project's fact in a project's export: enough for its leaf, and to see that it is another's.</summary>
    internal sealed record OtherLine(long Position, Digest Leaf, Digest Tag, Digest Body) : ExportLine
    {
        public static OtherLine Read(JsonElement json) => new(
            json.GetProperty("position").GetInt64(), Digest.Parse(json.GetProperty("leaf").GetString()!), Digest.Parse(json.GetProperty("tag").GetString()!), Digest.Parse(json.GetProperty("body").GetString()!));

        protected override void Write(Utf8JsonWriter json)
        {
            json.WriteNumber("position", Position);
            json.WriteString("leaf", Leaf.ToString());
            json.WriteString("tag", Tag.ToString());
            json.WriteString("body", Body.ToString());
        }
    }

    /// <summary>Right after the last fact that it covers.</summary>
    internal sealed record CheckpointLine(long Size, Digest Root, DateTimeOffset At, string Key, byte[] Signature) : ExportLine
    {
        public static CheckpointLine Of(SignedCheckpoint signed) => new(signed.Checkpoint.Size, signed.Checkpoint.Root, signed.Checkpoint.At, signed.Checkpoint.Key, signed.Signature);

        public static CheckpointLine Read(JsonElement json) => new(
            json.GetProperty("checkpoint").GetInt64(), Digest.Parse(json.GetProperty("root").GetString()!), UnixMicroseconds.Read(json.GetProperty("at").GetInt64()),
            json.GetProperty("key").GetString()!, Convert.FromBase64String(json.GetProperty("signature").GetString()!));

        protected override void Write(Utf8JsonWriter json)
        {
            json.WriteNumber("checkpoint", Size);
            json.WriteString("root", Root.ToString());
            json.WriteNumber("at", UnixMicroseconds.Of(At));
            json.WriteString("key", Key);
            json.WriteBase64String("signature", Signature);
        }
    }

    /// <summary>The last line: how many came before it, and the SHA-256 of their bytes.</summary>
    internal sealed record EndLine(long Lines, Digest Sha256) : ExportLine
    {
        public static EndLine Read(JsonElement json) => new(json.GetProperty("end").GetInt64(), Digest.Parse(json.GetProperty("sha256").GetString()!));

        protected override void Write(Utf8JsonWriter json)
        {
            json.WriteNumber("end", Lines);
            json.WriteString("sha256", Sha256.ToString());
        }
    }
}
