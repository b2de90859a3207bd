using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Takt.Access.Actors;
using Takt.Access.Projects;
using Takt.Access.Requests;
using Takt.Access.State;
using Takt.Access.Tokens;
using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Access.FirstStart;

/// <summary>
/// Sees at every start that the project <c>default</c>, Takt's own actors and an admin exist, and that the token files open something: who can read the admin's file owns this Takt.
/// </summary>
internal sealed partial class FirstStart(AccessState state, TokenIssuer tokens, IJournal journal, TaktHome home, AccessOptions options, TimeProvider time, ILogger<FirstStart> log) : IHostedService
{
    private const long OneAtATime = 0x54414B5446495253; // "TAKTFIRS"

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var admin = await state.ChangeAsync(EnsureAsync, cancellationToken).ConfigureAwait(false);
        await EnsureFileAsync(Path.Combine(home.Tokens, "admin.token"), admin, cancellationToken).ConfigureAwait(false);
        await EnsureFileAsync(Path.Combine(home.Tokens, "dataplane.token"), Actor.DataPlane, cancellationToken).ConfigureAwait(false);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task<ActorId> EnsureAsync(NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await transaction.Command("SELECT pg_advisory_xact_lock($1)", OneAtATime).RunAsync(cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcMicroseconds();
        var takt = Caller.System(ProjectId.Default);
        await CreateProject.InsertAsync(transaction, journal, new Project(ProjectId.Default, "default", now), ActorId.System, cancellationToken).ConfigureAwait(false);
        foreach (var (id, name) in new[] { (ActorId.System, "takt"), (Actor.Anonymous, "anonymous"), (Actor.DataPlane, "data plane") })
            await ChangeActors.InsertAsync(transaction, journal, takt, new Actor(id, name, ActorKind.System, Disabled: false), now, cancellationToken).ConfigureAwait(false);

        if (await transaction.Command("SELECT g.actor FROM access.grants g JOIN access.actors a ON a.id = g.actor WHERE g.project IS NULL AND g.role = $1 AND a.disabled_at IS NULL ORDER BY a.created_at LIMIT 1", Role.Admin)
            .ScalarAsync<Guid?>(cancellationToken).ConfigureAwait(false) is { } standing) return new ActorId(standing);
        var admin = Id.New<ActorId>(time);
        await ChangeActors.InsertAsync(transaction, journal, takt, new Actor(admin, "admin", ActorKind.Person, Disabled: false), now, cancellationToken).ConfigureAwait(false);
        await transaction.Command("INSERT INTO access.grants (actor, project, role) VALUES ($1, NULL, $2)", admin, Role.Admin).RunAsync(cancellationToken).ConfigureAwait(false);
        await journal.AppendAsync(transaction, Fact.Of(takt, "role.granted", new Subject("actor", Id.Text(admin)), new { Actor = admin, Role = Role.Admin, Everywhere = true }), cancellationToken).ConfigureAwait(false);
        return admin;
    }

    /// <summary>Keeps a file whose token is live; else makes a token, ends those that the file held before, and writes it.</summary>
    private async Task EnsureFileAsync(string path, ActorId actor, CancellationToken cancellationToken)
    {
        var snapshot = await state.CurrentAsync(cancellationToken).ConfigureAwait(false);
        // Another machine's home on the same database keeps its own.
        var purpose = $"{Environment.MachineName}:{path}";
        purpose = purpose[^Math.Min(purpose.Length, 200)..];
        var month = time.GetUtcNow() + TimeSpan.FromDays(30);
        if (File.Exists(path) && snapshot.Tokens.TryGetValue(Presented.Hash((await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false)).Trim()), out var kept)
            && kept.Actor == actor && kept.ExpiresAt > month) return;
        var issued = await state.ChangeAsync(async (transaction, token) =>
        {
            await transaction.Command("UPDATE access.tokens SET revoked_at = $3 WHERE revoked_at IS NULL AND (purpose = $1 AND actor = $2 AND project IS NULL OR parent IN (SELECT id FROM access.tokens WHERE purpose = $1 AND actor = $2 AND project IS NULL))",
                purpose, actor, time.GetUtcMicroseconds()).RunAsync(token).ConfigureAwait(false);
            return await tokens.InsertAsync(transaction, Caller.System(ProjectId.Default), new NewToken(actor, null, null, null, purpose, time.GetUtcMicroseconds() + options.FirstTokenLifetime), token).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);
        TokenFile.Write(path, issued.Text);
        LogWritten(path);
    }

    [LoggerMessage(1203, LogLevel.Information, "Wrote a new token to {Path}.")]
    private partial void LogWritten(string path);
}
