namespace Takt.Trainers;

/// <summary><c>signature.json</c>: what the ONNX file takes and gives.</summary>
public sealed record ModelSignature(IReadOnlyList<ModelPort> Inputs, IReadOnlyList<ModelPort> Outputs);

/// <param name="Type"><c>float</c>, <c>int64</c> or <c>string</c>.</param>
/// <param name="Shape">-1: the number of rows.</param>
public sealed record ModelPort(string Name, string Type, IReadOnlyList<long> Shape);
