using System.Text.RegularExpressions;
using Npgsql;
using Takt.Access.State;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Access.Projects;

/// <summary>Makes a project; whoever made it administers it.</summary>
internal sealed partial class CreateProject(AccessState state, IJournal journal, TimeProvider time)
{
    public async Task<Outcome<Project>> RunAsync(Caller caller, string? name, CancellationToken cancellationToken)
    {
        if (name is null || !Name().IsMatch(name))
            return Problem.Invalid("project-name-invalid", $"'{name}' is no project name.", "Use 1 to 63 lower-case letters, digits and hyphens, starting with a letter or digit.");
        var project = new Project(Id.New<ProjectId>(time), name, time.GetUtcMicroseconds());
        var made = await state.ChangeAsync(async (transaction, token) => await InsertAsync(transaction, journal, project, caller.Actor, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return made ? project : Problem.Conflict("project-exists", $"There is a project '{name}' already.", "Choose another name.");
    }

    public static async Task<bool> InsertAsync(NpgsqlTransaction transaction, IJournal journal, Project project, ActorId by, CancellationToken cancellationToken)
    {
        var rows = await transaction.Command("INSERT INTO access.projects (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", project.Id, project.Name, project.CreatedAt)
            .RunAsync(cancellationToken).ConfigureAwait(false);
        if (rows == 0) return false;
        await journal.AppendAsync(transaction, Fact.Of(new Caller(by, project.Id, Role.Admin), "project.created", new Subject("project", project.Name), project), cancellationToken).ConfigureAwait(false);
        return true;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$", RegexOptions.NonBacktracking)]
    private static partial Regex Name();
}
