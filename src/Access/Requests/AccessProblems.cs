using Takt.Kernel;

namespace Takt.Access.Requests;

/// <summary>What the door refuses, and how it says so.</summary>
internal static class AccessProblems
{
    public static readonly Problem WrongHost = new("host-not-allowed", 421, "This server does not answer to that host name.", "Call it by 127.0.0.1 or localhost, or start it with --allow-host NAME.");

    public static readonly Problem ForeignPage = new("foreign-origin", 403, "Another site's page made this request.", "Open Takt's own address in the browser; programs send a token in the Authorization header.");

    public static readonly Problem NoCredential = new("credential-needed", 401, "This needs a token.", "Send 'Authorization: Bearer TOKEN'; the first one is in tokens/admin.token of Takt's home.");

    public static readonly Problem BadCredential = new("credential-refused", 401, "The credential is unknown, expired or revoked.", "Ask an admin of the project for a new token, or sign in again.");

    public static readonly Problem Unstated = new("endpoint-without-permission", 403, "This endpoint states no permission, so nobody may call it.", "It is a bug of Takt: please report it.");

    public static readonly Problem TwoProjects = Problem.Invalid("project-ambiguous", "The request names its project more than once.", "Name it once.");

    public static Problem ProjectHidden(string name) => Problem.NotFound("project-not-found", $"There is no project '{name}' that you may enter.", "Check the name, or ask an admin of the project for a role.");

    public static Problem PermissionMissing(Permission permission, Role role) =>
        new("permission-missing", 403, $"This needs the permission {permission}, which the role {role} does not hold.", "Ask an admin of the project for a role that does.");

    public static Problem NotEverywhere(Permission permission) =>
        new("permission-missing", 403, $"This concerns the whole server: it needs the permission {permission} in every project.", "Ask the server's admin.");
}
