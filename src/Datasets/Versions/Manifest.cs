using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Takt.Kernel;

namespace Takt.Datasets.Versions;

/// <summary>
/// What a version is made of. Written as canonical JSON (keys in alphabetical order, no blanks, times in ISO 8601 with microseconds), whose SHA-256 is the
/// version's digest: the same deliveries in the same order make the same digest, on any machine.
/// </summary>
internal sealed record Manifest(string Dataset, Digest? Parent, long Rows, IReadOnlyList<ColumnSpec> Schema, string? TimeColumn,
    DateTimeOffset? EventFrom, DateTimeOffset? EventTo, IReadOnlyList<DatasetPart> Parts)
{
    private const int Format = 1;

    public string ToCanonicalJson()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("dataset", Dataset);
            WriteTime(json, "eventFrom", EventFrom);
            WriteTime(json, "eventTo", EventTo);
            json.WriteNumber("format", Format);
            if (Parent is { } parent) json.WriteString("parent", parent.ToString());
            json.WriteStartArray("parts");
            foreach (var part in Parts)
            {
                json.WriteStartObject();
                json.WriteString("blob", part.Blob.ToString());
                json.WriteNumber("bytes", part.Bytes);
                json.WriteNumber("rows", part.Rows);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteNumber("rows", Rows);
            json.WriteStartArray("schema");
            foreach (var column in Schema)
            {
                json.WriteStartObject();
                json.WriteString("name", column.Name);
                json.WriteString("type", column.Type);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            if (TimeColumn is not null) json.WriteString("timeColumn", TimeColumn);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    public static Digest DigestOf(string canonicalJson) => new(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalJson)));

    public static Manifest Parse(string json) => JsonSerializer.Deserialize<Manifest>(json, TaktJson.Options)!;

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } at) json.WriteString(name, at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture));
    }
}
