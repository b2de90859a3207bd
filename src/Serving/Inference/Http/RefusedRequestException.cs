namespace Takt.Serving;

/// <summary>A request that the data plane does not answer, with the status and the sentence that say why.</summary>
internal sealed class RefusedRequestException(int status, string type, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    /// <summary>A slug of docs/problem-types.md.</summary>
    public string Type { get; } = type;

    public static RefusedRequestException Malformed(string detail) => new(400, "request-malformed", detail);

    public static RefusedRequestException Mismatch(string detail) => new(400, "inputs-do-not-fit", detail);
}
