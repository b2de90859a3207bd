using Takt.Kernel;
using Takt.Native.OnnxRuntime.Tests;

namespace Takt.Quality.Tests;

public sealed class OverrideTests
{
    [Fact]
    public async Task A_refused_candidate_is_let_through_once_with_a_reason_and_answered_from_the_tree()
    {
        await using var lab = await GateLab.OpenAsync();
        var verdict = await lab.JudgeAsync(GateLab.Easy with { Thresholds = [new("auc", null, 0.6)] }, TinyModels.Affine());
        Assert.False(verdict.LetsThrough);

        var let = (await lab.Gate.OverrideAsync(lab.Alice, verdict.Id, " The demo must see it rolled back. ", GateLab.Stop)).Value;
        Assert.True(let.LetsThrough);
        Assert.False(let.Passed);
        Assert.Equal((lab.Alice.Actor, "The demo must see it rolled back."), (let.Override!.By, let.Override.Reason));
        Assert.Equal(1, lab.Journal.Awaited);
        Assert.Equal("verdict-overridden", (await lab.Gate.OverrideAsync(lab.Alice, verdict.Id, "again", GateLab.Stop)).Problem!.Type);
        Assert.Equal(["gate.judged", "gate.overridden"], lab.Journal.Kinds);
    }

    [Fact]
    public async Task An_override_needs_a_reason_a_refusal_and_the_right_project()
    {
        await using var lab = await GateLab.OpenAsync();
        var passed = await lab.JudgeAsync(GateLab.Easy, TinyModels.Affine());
        var stranger = new Caller(lab.Alice.Actor, Id.New<ProjectId>(TimeProvider.System), Role.Admin);

        Assert.Equal("override-reason-missing", (await lab.Gate.OverrideAsync(lab.Alice, passed.Id, "  ", GateLab.Stop)).Problem!.Type);
        Assert.Equal("verdict-passed", (await lab.Gate.OverrideAsync(lab.Alice, passed.Id, "why not", GateLab.Stop)).Problem!.Type);
        Assert.Equal("verdict-not-found", (await lab.Gate.OverrideAsync(stranger, passed.Id, "why not", GateLab.Stop)).Problem!.Type);
    }

    [Fact]
    public async Task The_application_cannot_change_a_verdict()
    {
        await using var lab = await GateLab.OpenAsync();
        await lab.JudgeAsync(GateLab.Easy with { Thresholds = [new("auc", null, 0.6)] }, TinyModels.Affine());

        await using var command = lab.Of<Records.ITaktDatabase>().App.CreateCommand("UPDATE quality.verdicts SET passed = true");
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => command.ExecuteNonQueryAsync(GateLab.Stop));
        Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }
}
