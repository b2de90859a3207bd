using Takt.Kernel;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Takt.Definitions.Yaml;

/// <summary>
/// YAML's events into <see cref="SpecNode"/>. Anchors, aliases and tags are mistakes: ten lines of aliases can stand for billions of values, and a tag can name
/// a type to make. A definition needs neither.
/// </summary>
internal static class YamlNodes
{
    private const int MaxDepth = 40;

    /// <exception cref="YamlException">The text is no YAML.</exception>
    public static SpecNode? Read(string text, SpecErrors errors)
    {
        var scanner = new Scanner(new StringReader(text), skipComments: true);
        try
        {
            return Document(new Parser(scanner), errors);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException or NullReferenceException or OverflowException)
        {
            // The scanner meets some broken texts with exceptions of its own insides.
            throw new SyntaxErrorException(scanner.CurrentPosition, scanner.CurrentPosition, "It ends here where more was expected.");
        }
    }

    private static SpecNode? Document(Parser parser, SpecErrors errors)
    {
        parser.Consume<StreamStart>();
        if (parser.Accept<StreamEnd>(out _)) return null;
        parser.Consume<DocumentStart>();
        var root = Node(parser, errors, 0);
        parser.Consume<DocumentEnd>();
        if (parser.Accept<DocumentStart>(out var second))
            errors.Add(new SpecError((int)second.Start.Line, 1, "A second document begins here.", "A definition is one document: remove the line '---'."));
        return root;
    }

    private static SpecNode Node(Parser parser, SpecErrors errors, int depth)
    {
        if (depth > MaxDepth) throw new SemanticErrorException(parser.Current!.Start, parser.Current.End, $"Values lie more than {MaxDepth} levels deep.");
        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            errors.Add(new SpecError((int)alias.Start.Line, (int)alias.Start.Column, $"The alias '*{alias.Value}' is not read.", "Write the value out."));
            return new SpecScalar("", false, (int)alias.Start.Line, (int)alias.Start.Column);
        }
        var at = parser.Current is NodeEvent node ? node : throw new SemanticErrorException(parser.Current!.Start, parser.Current.End, "A value is missing.");
        Refuse(at, errors);
        var (line, column) = ((int)at.Start.Line, (int)at.Start.Column);
        if (parser.TryConsume<Scalar>(out var scalar)) return new SpecScalar(Value(scalar), scalar.Style is not ScalarStyle.Plain, line, column);
        if (parser.TryConsume<SequenceStart>(out _)) return List(parser, errors, depth, line, column);
        parser.Consume<MappingStart>();
        return Map(parser, errors, depth, line, column);
    }

    private static SpecList List(Parser parser, SpecErrors errors, int depth, int line, int column)
    {
        var items = new List<SpecNode>();
        while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(Node(parser, errors, depth + 1));
        return new SpecList(items, line, column);
    }

    private static SpecMap Map(Parser parser, SpecErrors errors, int depth, int line, int column)
    {
        var entries = new List<SpecEntry>();
        var lines = new Dictionary<string, int>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = Node(parser, errors, depth + 1);
            var value = Node(parser, errors, depth + 1);
            if (key is not SpecScalar name) errors.Add(key, "A name must be one word, not a list or a mapping.");
            else if (name.Text == "<<") errors.Add(key, "'<<' (merge) is not read.", "Write the values out.");
            else if (!lines.TryAdd(name.Text, name.Line)) errors.Add(key, $"'{name.Text}' stands here a second time; the first is in line {lines[name.Text]}.", "Keep one of them.");
            else entries.Add(new SpecEntry(name.Text, value, name.Line, name.Column));
        }
        return new SpecMap(entries, line, column);
    }

    private static void Refuse(NodeEvent node, SpecErrors errors)
    {
        if (!node.Anchor.IsEmpty) errors.Add(new SpecError((int)node.Start.Line, (int)node.Start.Column, $"The anchor '&{node.Anchor}' is not read.", "Write the value out where it is needed."));
        if (!node.Tag.IsEmpty) errors.Add(new SpecError((int)node.Start.Line, (int)node.Start.Column, $"The tag '{node.Tag}' is not read.", "Remove it."));
    }

    // YAML's words for nothing.
    private static string Value(Scalar scalar) => scalar.Style is ScalarStyle.Plain && scalar.Value is "~" or "null" ? "" : scalar.Value;
}
