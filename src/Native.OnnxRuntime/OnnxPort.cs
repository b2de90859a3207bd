namespace Takt.Native.OnnxRuntime;

/// <summary>An input or an output of a model, as the model declares it.</summary>
/// <param name="Element"><see cref="OnnxElement.None"/> where it is no tensor; such an output is never asked for.</param>
/// <param name="Shape">A dimension that the caller chooses is -1; the first one is then the number of rows.</param>
public sealed record OnnxPort(string Name, OnnxElement Element, IReadOnlyList<long> Shape)
{
    public override string ToString() => $"{Name}: {Element.ToString().ToLowerInvariant()}[{string.Join(",", Shape)}]";
}
