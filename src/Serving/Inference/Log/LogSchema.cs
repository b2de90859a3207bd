using Takt.Kernel;
using Takt.Native.OnnxRuntime;

namespace Takt.Serving;

/// <summary>Who answered and what was asked of it: written once into each segment that has an answer of it.</summary>
/// <param name="Id">Unique in the process that wrote the segment.</param>
internal sealed record LogSchema(uint Id, ProjectId Project, string Deployment, int Revision, string ModelVersion, Digest Digest, IReadOnlyList<LoggedInput> Inputs)
{
    /// <summary>Upper bound of the payload's size.</summary>
    public int MaxSize => 128 + 4 * (Deployment.Length + ModelVersion.Length) + Inputs.Sum(i => 16 + 4 * i.Name.Length);

    public int Write(Span<byte> payload)
    {
        var writer = new SpanWriter(payload);
        writer.Byte(SegmentFormat.Schema);
        writer.UInt32(Id);
        writer.Guid(Project.Value);
        writer.Text(Deployment);
        writer.UInt32((uint)Revision);
        writer.Text(ModelVersion);
        Span<byte> digest = stackalloc byte[Digest.Size];
        Digest.CopyTo(digest);
        writer.Bytes(digest);
        writer.UInt16(Inputs.Count);
        foreach (var input in Inputs)
        {
            writer.Text(input.Name);
            writer.Byte((byte)input.Element);
            writer.UInt32((uint)input.Width);
        }
        return writer.At;
    }

    public static LogSchema Read(ReadOnlySpan<byte> payload)
    {
        var reader = new SpanReader(payload);
        reader.Byte();
        var id = reader.UInt32();
        var project = ProjectId.Of(reader.Guid());
        var deployment = reader.Text();
        var revision = (int)reader.UInt32();
        var version = reader.Text();
        var digest = new Digest(reader.Take(Digest.Size));
        var inputs = new LoggedInput[reader.UInt16()];
        for (var i = 0; i < inputs.Length; i++) inputs[i] = new LoggedInput(reader.Text(), (OnnxElement)reader.Byte(), (int)reader.UInt32());
        return new LogSchema(id, project, deployment, revision, version, digest, inputs);
    }
}

/// <param name="Width">Values a row.</param>
internal sealed record LoggedInput(string Name, OnnxElement Element, int Width)
{
    /// <summary>Bytes of one value; 0 for texts, which carry their length.</summary>
    public int ValueSize => SizeOf(Element);

    public static int SizeOf(OnnxElement element) => element switch
    {
        OnnxElement.Float or OnnxElement.Int32 or OnnxElement.UInt32 => 4,
        OnnxElement.Double or OnnxElement.Int64 or OnnxElement.UInt64 => 8,
        OnnxElement.Bool or OnnxElement.UInt8 or OnnxElement.Int8 => 1,
        OnnxElement.Int16 or OnnxElement.UInt16 => 2,
        _ => 0,
    };
}
