using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Takt.Tracking.MLflow;

/// <summary>A refusal in MLflow's words: its clients read <c>error_code</c> and compare <c>message</c>.</summary>
/// <param name="code">E.g. <c>INVALID_PARAMETER_VALUE</c>.</param>
public sealed class MLflowException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;

    /// <summary>The HTTP status that MLflow's server gives the code.</summary>
    public int Status => Code switch
    {
        "INVALID_PARAMETER_VALUE" or "BAD_REQUEST" or "RESOURCE_ALREADY_EXISTS" => 400,
        "UNAUTHENTICATED" => 401,
        "PERMISSION_DENIED" => 403,
        "RESOURCE_DOES_NOT_EXIST" or "NOT_FOUND" or "ENDPOINT_NOT_FOUND" => 404,
        "RESOURCE_CONFLICT" or "ALREADY_EXISTS" or "ABORTED" => 409,
        "RESOURCE_EXHAUSTED" or "REQUEST_LIMIT_EXCEEDED" => 429,
        "NOT_IMPLEMENTED" => 501,
        "TEMPORARILY_UNAVAILABLE" => 503,
        _ => 500
    };

    public static MLflowException Invalid(string message) => new("INVALID_PARAMETER_VALUE", message);

    public static MLflowException Missing(string message) => new("RESOURCE_DOES_NOT_EXIST", message);

    public static MLflowException Exists(string message) => new("RESOURCE_ALREADY_EXISTS", message);

    /// <summary>A required parameter that is not there.</summary>
    public static MLflowException MissingValue(string path) => Invalid($"Missing value for required parameter '{path}'. See the API docs for more information about request parameters.");

    /// <summary>A value that is not what the parameter takes.</summary>
    /// <param name="json">The value as JSON.</param>
    public static MLflowException InvalidValue(string path, string json, string? why = null) => Invalid($"Invalid value {Short(json)} for parameter '{path}' supplied{(why is null ? "." : $": {why}")}");

    public static MLflowException InvalidText(string path, string value, string? why = null) => InvalidValue(path, $"\"{JsonEncodedText.Encode(value, MLflowAnswers.Encoder)}\"", why);

    public static MLflowException TooLong(string path, int limit) => Invalid($"'{path}' exceeds the maximum length of {limit} characters");

    internal Task AnswerAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        return context.AnswerAsync(json =>
        {
            json.WriteString("error_code"u8, Code);
            json.WriteString("message"u8, Message);
        });
    }

    private static string Short(string json) => json.Length > 300 ? json[..300] + "…" : json;
}
