using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;

namespace Takt.Kernel;

/// <summary>The edge: outcomes become HTTP answers, problems become problem details (RFC 9457).</summary>
public static class ProblemResults
{
    public static IResult ToHttp<T>(this Outcome<T> outcome) =>
        outcome.Switch(value => Results.Json(value, TaktJson.Options), problem => problem.ToHttp());

    public static IResult ToHttp<T, TShown>(this Outcome<T> outcome, Func<T, TShown> show) =>
        outcome.Switch(value => Results.Json(show(value), TaktJson.Options), problem => problem.ToHttp());

    public static IResult ToHttp(this Problem problem)
    {
        var details = new ProblemDetails { Type = $"takt:{problem.Type}", Status = problem.Status, Title = problem.Type.Replace('-', ' '), Detail = problem.Detail };
        if (problem.Mend is not null) details.Extensions["mend"] = problem.Mend;
        if (problem.Findings.Count > 0) details.Extensions["findings"] = problem.Findings;
        return Results.Problem(details);
    }
}
