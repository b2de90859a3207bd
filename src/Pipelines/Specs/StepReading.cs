using System.Globalization;
using Takt.Kernel;
using Takt.Trainers;

namespace Takt.Pipelines.Specs;

/// <summary>Reads the steps of a pipeline. Long because it names every key of every kind of step, in one place.</summary>
internal sealed class StepReading(SpecErrors errors, Func<string, string?> files, List<SpecReference> references)
{
    private static readonly string[] builtIn = ["train", "evaluate", "gate", "register", "deploy"];
    private static readonly string[] dataKeys = ["dataset", "time", "label", "where", "features"];
    private static readonly string[] limitKeys = ["timeout", "memory"];

    /// <summary>Texts of the code files that steps name; apply keeps them.</summary>
    public Dictionary<Digest, string> Code { get; } = [];

    public IReadOnlyList<StepSpec> Read(SpecMap pipeline, string name)
    {
        if (pipeline.Map("steps", errors) is not { } map)
        {
            if (pipeline["steps"] is null) errors.Add(pipeline, $"Pipeline '{name}' needs 'steps'.", "Name them in the order they run.");
            return [];
        }
        var steps = new List<StepSpec>();
        foreach (var entry in map.Entries)
            if (Step(entry, steps) is { } step) steps.Add(step);
        if (map.Entries.Count == 0) errors.Add(map, $"Pipeline '{name}' has no step.");
        return steps;
    }

    private StepSpec? Step(SpecEntry entry, List<StepSpec> before)
    {
        Names.Check(entry, "step", errors);
        // gate: flight-late is short for gate: {gate: flight-late}.
        if (entry.Value is SpecScalar { Text: not "" } word && entry.Name is "gate" or "register" or "deploy" && entry.Value is SpecScalar named) return Named(entry.Name, entry.Name, named, before, entry);
        if (entry.Value is SpecScalar { Text: "", Quoted: false } && entry.Name is "evaluate") return Evaluate(entry.Name, new SpecMap([], entry.Line, entry.Column), before);
        if (entry.Value is not SpecMap map)
        {
            errors.Add(entry.Value, $"Step '{entry.Name}' must hold named values.");
            return null;
        }
        if (map["run"] is not null) return Command(entry.Name, map, before);
        var uses = map.Text("uses", errors) ?? (builtIn.Contains(entry.Name) ? entry.Name : null);
        switch (uses)
        {
            case "train": return Train(entry.Name, map);
            case "evaluate": return Evaluate(entry.Name, map, before);
            case "gate" or "register" or "deploy":
                var key = uses switch { "gate" => "gate", "register" => "model", _ => "deployment" };
                map.AllowOnly(errors, $"Step '{entry.Name}'", "uses", key);
                if (map[key] is SpecScalar value) return Named(entry.Name, uses, value, before, entry);
                map.RequiredText(key, errors, $"Step '{entry.Name}'");
                return null;
            default:
                errors.Add((SpecNode?)map["uses"] ?? map, uses is null ? $"Step '{entry.Name}' does not say what it does." : $"There is no built-in step '{uses}'.",
                    $"Write 'uses:' with one of {string.Join(", ", builtIn)}, or 'run:' with a command.");
                return null;
        }
    }

    private StepSpec Named(string name, string uses, SpecScalar value, List<StepSpec> before, SpecEntry at)
    {
        if (uses is "gate")
        {
            NeedsModel(name, before, at);
            references.Add(new SpecReference("gates", value.Text, value));
            return new GateStepSpec(name, value.Text);
        }
        if (uses is "register")
        {
            NeedsModel(name, before, at);
            if (before.All(s => s is not GateStepSpec)) errors.Add(at, $"Step '{name}' registers a model that no gate has let through.", "Put a 'gate' step before it.");
            Names.Check(value, "model", errors);
            return new RegisterStepSpec(name, value.Text);
        }
        if (before.All(s => s is not RegisterStepSpec)) errors.Add(at, $"Step '{name}' deploys, but no step before it registers a version.", "Put a 'register' step before it.");
        references.Add(new SpecReference("deployments", value.Text, value));
        return new DeployStepSpec(name, value.Text);
    }

    private void NeedsModel(string name, List<StepSpec> before, SpecEntry at)
    {
        if (!before.Any(MakesModel)) errors.Add(at, $"Step '{name}' has no model: no step before it makes one.", "Put a 'train' step before it, or a command with the output model.onnx.");
    }

    public static bool MakesModel(StepSpec step) => step is TrainStepSpec || (step is CommandStepSpec command && command.Outputs.Contains("model.onnx"));

    private TrainStepSpec Train(string name, SpecMap map)
    {
        map.AllowOnly(errors, $"Step '{name}'",
            ["uses", .. dataKeys, .. limitKeys, "from", "holdout", "refit", "algorithm", "boosted-trees", "logistic", "seed", "max-rows", "threads", "shuffle_labels"]);
        if (map["shuffle_labels"] is { } shuffle)
            errors.Add(shuffle, "'shuffle_labels' is not written in a file: it makes a model that has learnt nothing.", "Set it for one run: takt run PIPELINE --set shuffle_labels=true.");
        var training = Data(name, map) with
        {
            From = Time(map, "from"),
            Holdout = Holdout(map),
            Refit = map.Flag("refit", errors) ?? true,
            Algorithm = map.Word<Algorithm>("algorithm", errors) ?? Algorithm.BoostedTrees,
            Seed = map.Whole("seed", errors) ?? 1,
            MaxRows = Positive(map, "max-rows"),
            Threads = Positive(map, "threads"),
            BoostedTrees = BoostedTrees(map),
            Logistic = Logistic(map)
        };
        return new TrainStepSpec(name, Dataset(name, map), training, Limits(map));
    }

    private EvaluateStepSpec Evaluate(string name, SpecMap map, List<StepSpec> before)
    {
        map.AllowOnly(errors, $"Step '{name}'", ["uses", "min-rows", .. dataKeys, .. limitKeys]);
        NeedsModel(name, before, new SpecEntry(name, map, map.Line, map.Column));
        var own = dataKeys.Any(key => map[key] is not null);
        if (!own && before.All(s => s is not TrainStepSpec))
            errors.Add(map, $"Step '{name}' does not know how rows are read: no 'train' step before it says so.", "Give it 'dataset', 'label' and 'features'.");
        return new EvaluateStepSpec(name, Positive(map, "min-rows") ?? 1000,
            own ? new TrainStepSpec(name, Dataset(name, map), Data(name, map), StepLimits.Default) : null, Limits(map));
    }

    private CommandStepSpec? Command(string name, SpecMap map, List<StepSpec> before)
    {
        map.AllowOnly(errors, $"Step '{name}'", ["run", "code", "inputs", "outputs", "env", .. limitKeys]);
        var command = map.RequiredText("run", errors, $"Step '{name}'");
        var code = new Dictionary<string, Digest>();
        foreach (var word in command.Split((char[])[' ', '\n', '\t', '"', '\''], StringSplitOptions.RemoveEmptyEntries))
            if (files(word) is { } text) Keep(code, word, text);
        foreach (var item in map.List("code", errors))
        {
            if (item is not SpecScalar path) errors.Add(item, "'code' lists files.");
            else if (files(path.Text) is { } text) Keep(code, path.Text, text);
            else errors.Add(item, $"There is no file '{path.Text}'.", "Name it relative to takt.yaml.");
        }
        var inputs = Inputs(map, before);
        var outputs = new List<string>();
        foreach (var item in map.List("outputs", errors))
        {
            if (item is SpecScalar file && Names.IsPath(file.Text) && !outputs.Contains(file.Text)) outputs.Add(file.Text);
            else errors.Add(item, "'outputs' lists files that the step writes into 'out/', each once.", "Write names such as table.parquet.");
        }
        if (outputs.Count == 0) errors.Add(map, $"Step '{name}' declares no output, so nothing of it would be kept.", "List what it writes into 'out/' under 'outputs:'.");
        var variables = new Dictionary<string, string>();
        foreach (var entry in map.Map("env", errors)?.Entries ?? [])
        {
            if (entry.Value is SpecScalar value && Names.IsVariable(entry.Name)) variables[entry.Name] = value.Text;
            else errors.Add(entry, $"'{entry.Name}' is no environment variable.", "Write names in capitals, and one value each.");
        }
        return new CommandStepSpec(name, command, code, inputs, outputs, variables, Limits(map));
    }

    private Dictionary<string, InputSpec> Inputs(SpecMap map, List<StepSpec> before)
    {
        var inputs = new Dictionary<string, InputSpec>();
        foreach (var entry in map.Map("inputs", errors)?.Entries ?? [])
        {
            Names.Check(entry, "input", errors);
            if (entry.Value is not SpecScalar { Text: var text } scalar) errors.Add(entry, $"'{entry.Name}' must be one value.", "Write dataset:NAME, or STEP/FILE.");
            else if (text.StartsWith("dataset:", StringComparison.Ordinal))
            {
                references.Add(new SpecReference("datasets", text["dataset:".Length..], scalar));
                inputs[entry.Name] = new InputSpec(text["dataset:".Length..], null, null);
            }
            else if (text.Split('/', 2) is [var step, var output] && before.FirstOrDefault(s => s.Name == step) is { } made && Makes(made, output)) inputs[entry.Name] = new InputSpec(null, step, output);
            else errors.Add(scalar, $"No step before this one makes '{text}'.", "Write dataset:NAME, or STEP/FILE with a file that an earlier step outputs.");
        }
        return inputs;
    }

    private static bool Makes(StepSpec step, string output) => step switch
    {
        CommandStepSpec command => command.Outputs.Contains(output),
        TrainStepSpec => TrainOutputs.Contains(output),
        _ => false
    };

    /// <summary>What the built-in trainer writes.</summary>
    public static readonly IReadOnlyList<string> TrainOutputs = ["model.onnx", "metrics.json", "params.json", "validation.parquet", "golden.json", "signature.json"];

    private string Dataset(string name, SpecMap map)
    {
        var dataset = map.RequiredText("dataset", errors, $"Step '{name}'");
        if (map["dataset"] is { } node) references.Add(new SpecReference("datasets", dataset, node));
        return dataset;
    }

    private TrainingSpec Data(string name, SpecMap map) => new()
    {
        Data = [],
        Time = map.Text("time", errors) ?? "",
        Label = map.RequiredText("label", errors, $"Step '{name}'"),
        Where = map.Text("where", errors),
        Features = Features(name, map)
    };

    private List<FeatureSpec> Features(string name, SpecMap map)
    {
        var features = new List<FeatureSpec>();
        if (map["features"] is null) errors.Add(map, $"Step '{name}' needs 'features'.");
        foreach (var entry in map.Map("features", errors)?.Entries ?? [])
        {
            if (entry.Value is SpecScalar sql) features.Add(new FeatureSpec { Name = entry.Name, Sql = sql.Text.Length == 0 ? null : sql.Text });
            else if (entry.Value is SpecMap feature)
            {
                feature.AllowOnly(errors, $"Feature '{entry.Name}'", "sql", "kind", "type", "smoothing");
                features.Add(new FeatureSpec
                {
                    Name = entry.Name, Sql = feature.Text("sql", errors), Kind = feature.Word<FeatureKind>("kind", errors) ?? FeatureKind.Number,
                    Type = feature.Word<InputType>("type", errors), Smoothing = feature.Number("smoothing", errors) ?? 20
                });
            }
            else errors.Add(entry, $"Feature '{entry.Name}' must be SQL over the columns, or hold sql, kind, type, smoothing.");
        }
        return features;
    }

    private Holdout Holdout(SpecMap map)
    {
        if (map["holdout"] is not SpecScalar scalar) return new Holdout(0.2, null);
        if (double.TryParse(scalar.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var share) && share is > 0 and <= 0.9) return new Holdout(share, null);
        if (scalar.Text.Length > 0 && !char.IsAsciiDigit(scalar.Text[^1]) && map.Duration("holdout", errors) is { } duration) return new Holdout(null, duration);
        errors.Add(scalar, "'holdout' is the last part in time that the measured model does not see.", "Write a share such as 0.2, or a length of time such as 3d.");
        return new Holdout(0.2, null);
    }

    private BoostedTreesParams BoostedTrees(SpecMap map)
    {
        var set = new BoostedTreesParams();
        if (map.Map("boosted-trees", errors) is not { } trees) return set;
        trees.AllowOnly(errors, "boosted-trees", "trees", "depth", "learning-rate", "l2", "min-child-weight", "min-gain", "bins", "early-stopping");
        return new BoostedTreesParams
        {
            Trees = trees.Whole("trees", errors) ?? set.Trees, Depth = trees.Whole("depth", errors) ?? set.Depth,
            LearningRate = trees.Number("learning-rate", errors) ?? set.LearningRate, L2 = trees.Number("l2", errors) ?? set.L2,
            MinChildWeight = trees.Number("min-child-weight", errors) ?? set.MinChildWeight, MinGain = trees.Number("min-gain", errors) ?? set.MinGain,
            Bins = trees.Whole("bins", errors) ?? set.Bins, EarlyStopping = trees.Whole("early-stopping", errors)
        };
    }

    private LogisticParams Logistic(SpecMap map)
    {
        var set = new LogisticParams();
        if (map.Map("logistic", errors) is not { } logistic) return set;
        logistic.AllowOnly(errors, "logistic", "l2", "max-iterations");
        return new LogisticParams { L2 = logistic.Number("l2", errors) ?? set.L2, MaxIterations = logistic.Whole("max-iterations", errors) ?? set.MaxIterations };
    }

    private StepLimits Limits(SpecMap map)
    {
        var memory = StepLimits.Default.MemoryMiB;
        if (map.Text("memory", errors) is { } text && !Names.TryMemory(text, out memory)) errors.Add(map["memory"]!, "'memory' must be an amount of memory.", "Write 512MiB or 4GiB.");
        var timeout = map.Duration("timeout", errors) ?? StepLimits.Default.Timeout;
        if (timeout <= TimeSpan.Zero) errors.Add(map["timeout"]!, "'timeout' must be longer than nothing.");
        return new StepLimits(timeout, memory);
    }

    private DateTimeOffset? Time(SpecMap map, string key)
    {
        if (map.Text(key, errors) is not { } text) return null;
        if (RunParams.TryTime(text, out var time)) return time;
        errors.Add(map[key]!, $"'{key}' must be a date or a time.", "Write 2001-01-31, or 2001-01-31T06:00:00Z.");
        return null;
    }

    private int? Positive(SpecMap map, string key)
    {
        var value = map.Whole(key, errors);
        if (value is null or > 0) return value;
        errors.Add(map[key]!, $"'{key}' must be above 0.");
        return null;
    }

    private void Keep(Dictionary<string, Digest> code, string path, string text)
    {
        var digest = ChunkedDigest.Of(System.Text.Encoding.UTF8.GetBytes(text));
        code[path] = digest;
        Code[digest] = text;
    }
}
