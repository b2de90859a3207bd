namespace Takt.Trainers;

/// <summary>A node of the graph (NodeProto). Attributes are written in the order they are given.</summary>
internal sealed class OnnxNode
{
    private readonly ProtoWriter proto = new();
    private readonly string domain;
    private readonly List<ProtoWriter> attributes = [];

    /// <param name="domain">Empty: ONNX's own operators.</param>
    public OnnxNode(string type, string[] inputs, string output, string domain = "")
    {
        foreach (var input in inputs) proto.Text(1, input);
        proto.Text(2, output).Text(3, output).Text(4, type);
        this.domain = domain;
    }

    public OnnxNode Int(string name, long value) => Add(new ProtoWriter().Text(1, name).Number(3, value).Number(20, 2));

    public OnnxNode Text(string name, string value) => Add(new ProtoWriter().Text(1, name).Text(4, value).Number(20, 3));

    public OnnxNode Float(string name, float value) => Add(new ProtoWriter().Text(1, name).Float(2, value).Number(20, 1));

    public OnnxNode Floats(string name, ReadOnlySpan<float> values) => Add(new ProtoWriter().Text(1, name).Floats(7, values).Number(20, 6));

    public OnnxNode Ints(string name, ReadOnlySpan<long> values) => Add(new ProtoWriter().Text(1, name).Numbers(8, values).Number(20, 7));

    public OnnxNode Texts(string name, IEnumerable<string> values)
    {
        var attribute = new ProtoWriter().Text(1, name);
        foreach (var value in values) attribute.Text(9, value);
        return Add(attribute.Number(20, 8));
    }

    /// <summary>The finished message; ask once.</summary>
    public ProtoWriter Proto()
    {
        foreach (var attribute in attributes) proto.Message(5, attribute);
        if (domain.Length > 0) proto.Text(7, domain);
        return proto;
    }

    private OnnxNode Add(ProtoWriter attribute)
    {
        attributes.Add(attribute);
        return this;
    }
}
