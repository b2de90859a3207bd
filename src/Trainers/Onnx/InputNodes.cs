namespace Takt.Trainers;

/// <summary>Writes what is done to each raw input into the graph: what training encodes, serving must not encode a second time.</summary>
internal static class InputNodes
{
    /// <summary>Names of the graph's own values, which no input may have.</summary>
    public static readonly string[] Taken = [FittedModel.Output, "features", "log_odds", "column", "all", "weights", "intercept"];

    /// <summary>Adds the input and its encoding, and gives the name of the encoded value: floats of shape [N, 1].</summary>
    public static string Add(OnnxGraph graph, Encoder encoder)
    {
        graph.Input(encoder.Name, encoder.Type);
        var encoded = encoder.Name + ":encoded";
        if (encoder.Rates is { } rates)
        {
            var known = Enumerable.Range(0, rates.Texts.Length).Where(code => rates.Seen[code]).ToArray();
            graph.Add(new OnnxNode("LabelEncoder", [encoder.Name], encoded, OnnxGraph.Ml)
                .Texts("keys_strings", known.Select(code => rates.Texts[code]))
                .Floats("values_floats", [.. known.Select(code => rates.Values[code])])
                .Float("default_float", rates.Other));
            return encoded;
        }
        if (encoder.Type == InputType.Int64)
        {
            graph.Add(new OnnxNode("Cast", [encoder.Name], encoded).Int("to", 1));
            return encoded;
        }
        var (missing, mean) = (encoder.Name + ":missing", encoder.Name + ":mean");
        graph.Constant(mean, [encoder.Mean], 1);
        graph.Add(new OnnxNode("IsNaN", [encoder.Name], missing));
        graph.Add(new OnnxNode("Where", [missing, mean, encoder.Name], encoded));
        return encoded;
    }

    /// <summary>Adds what turns log odds of shape [N, 1] into the output: probabilities of shape [N].</summary>
    public static void Finish(OnnxGraph graph, string logOdds)
    {
        graph.Constant("all", [-1L], 1);
        graph.Add(new OnnxNode("Sigmoid", [logOdds], "column"));
        graph.Add(new OnnxNode("Reshape", ["column", "all"], FittedModel.Output));
        graph.Output(FittedModel.Output);
    }
}
