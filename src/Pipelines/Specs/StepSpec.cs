using System.Text.Json.Serialization;
using Takt.Kernel;
using Takt.Trainers;

namespace Takt.Pipelines.Specs;

/// <summary>One step of a pipeline.</summary>
/// <param name="Name">Unique in the pipeline.</param>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "uses")]
[JsonDerivedType(typeof(TrainStepSpec), "train")]
[JsonDerivedType(typeof(EvaluateStepSpec), "evaluate")]
[JsonDerivedType(typeof(GateStepSpec), "gate")]
[JsonDerivedType(typeof(RegisterStepSpec), "register")]
[JsonDerivedType(typeof(DeployStepSpec), "deploy")]
[JsonDerivedType(typeof(CommandStepSpec), "command")]
[JsonDerivedType(typeof(CompareStepSpec), "compare")]
internal abstract record StepSpec(string Name)
{
    /// <summary>The word it goes by in <c>uses:</c>.</summary>
    [JsonIgnore]
    public abstract string Kind { get; }
}

/// <summary>Trains with the built-in trainer.</summary>
/// <param name="Training">All but the files and the run's own params; no time column where the dataset's counts.</param>
internal sealed record TrainStepSpec(string Name, string Dataset, TrainingSpec Training, StepLimits Limits) : StepSpec(Name)
{
    /// <summary>A version of the dataset; null: the newest when the step begins.</summary>
    public int? Version { get; init; }

    public override string Kind => "train";
}

/// <summary>The new model and the champion on rows that neither saw.</summary>
/// <param name="MinRows">It waits for at least as many.</param>
/// <param name="Data">How the rows are read; null: as the pipeline's train step reads them.</param>
internal sealed record EvaluateStepSpec(string Name, long MinRows, TrainStepSpec? Data, StepLimits Limits) : StepSpec(Name)
{
    public override string Kind => "evaluate";
}

/// <summary>Asks a gate of Quality.</summary>
internal sealed record GateStepSpec(string Name, string Gate) : StepSpec(Name)
{
    public override string Kind => "gate";
}

/// <summary>Makes the model a version in the registry.</summary>
internal sealed record RegisterStepSpec(string Name, string Model) : StepSpec(Name)
{
    public override string Kind => "register";
}

/// <summary>Puts the version out.</summary>
internal sealed record DeployStepSpec(string Name, string Deployment) : StepSpec(Name)
{
    public override string Kind => "deploy";
}

/// <summary>A user's own command.</summary>
/// <param name="Command">For /bin/sh; a first word that ends in <c>.cs</c> is a C# file and is run by the .NET SDK.</param>
/// <param name="Code">Files of the project that it needs, by path.</param>
/// <param name="Inputs">By name: a dataset, or a file that an earlier step made.</param>
/// <param name="Outputs">Files that it writes into <c>out/</c>.</param>
/// <param name="Variables">Environment variables.</param>
internal sealed record CommandStepSpec(string Name, string Command, IReadOnlyDictionary<string, Digest> Code, IReadOnlyDictionary<string, InputSpec> Inputs,
    IReadOnlyList<string> Outputs, IReadOnlyDictionary<string, string> Variables, StepLimits Limits) : StepSpec(Name)
{
    public override string Kind => "command";
}

/// <param name="Dataset">Its newest version; null for a step's file.</param>
/// <param name="Step">Whose output it is.</param>
/// <param name="Output">Which one.</param>
internal sealed record InputSpec(string? Dataset, string? Step, string? Output)
{
    /// <summary>A version of the dataset; null: the newest when the step begins.</summary>
    public int? Version { get; init; }
}

/// <summary>Closes a reproduction: what was made again against what was made then. No file asks for it.</summary>
/// <param name="Step">The step that made the model.</param>
/// <param name="Expected">Its outputs then.</param>
/// <param name="Environment">What the environment was then.</param>
internal sealed record CompareStepSpec(string Name, string Step, IReadOnlyDictionary<string, Digest> Expected, IReadOnlyDictionary<string, string> Environment) : StepSpec(Name)
{
    public override string Kind => "compare";
}

/// <summary>What a step's process may use.</summary>
/// <param name="Timeout">After which it is killed.</param>
/// <param name="MemoryMiB">Data memory of each process.</param>
internal sealed record StepLimits(TimeSpan Timeout, int MemoryMiB)
{
    public static readonly StepLimits Default = new(TimeSpan.FromHours(1), 4096);
}
