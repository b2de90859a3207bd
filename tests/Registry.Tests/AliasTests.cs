using Takt.Journal;
using Takt.Kernel;
using Takt.Records;

namespace Takt.Registry.Tests;

public sealed class AliasTests
{
    [Fact]
    public async Task An_alias_moves_is_resolved_and_is_answered_from_the_tree()
    {
        await using var lab = await RegistryLab.OpenAsync();
        var (first, second) = (await lab.RegisterAsync(), await lab.RegisterAsync());

        await lab.Registry.MoveAliasAsync(lab.Editor, "flight-late", "challenger", 1, "first", RegistryLab.Stop);
        var moved = (await lab.Registry.MoveAliasAsync(lab.Editor, "flight-late", "challenger", 2, "second", RegistryLab.Stop)).Value;
        await lab.Registry.MoveAliasAsync(lab.Editor, "flight-late", "challenger", 2, "again", RegistryLab.Stop);

        Assert.Equal(["challenger"], moved.Aliases);
        Assert.Equal(second.Digest, (await lab.Registry.ResolveAsync(ProjectId.Default, "flight-late@challenger", RegistryLab.Stop)).Value.Digest);
        Assert.Empty((await lab.Registry.FindAsync(ProjectId.Default, "flight-late", 1, RegistryLab.Stop))!.Aliases);
        Assert.Equal(2, lab.Journal.Kinds.Count(k => k == "model.alias.moved"));
        Assert.Equal(2, lab.Journal.Awaited);
        Assert.NotEqual(first.Digest, second.Digest);
    }

    [Fact]
    public async Task Champion_is_moved_by_those_who_may_promote_and_by_rollouts()
    {
        await using var lab = await RegistryLab.OpenAsync();
        await lab.RegisterAsync();

        var refused = await lab.Registry.MoveAliasAsync(lab.Editor, "flight-late", "champion", 1, "", RegistryLab.Stop);
        Assert.Equal(("alias-protected", 403), (refused.Problem!.Type, refused.Problem.Status));
        Assert.True((await lab.Registry.MoveAliasAsync(lab.Approver, "flight-late", "champion", 1, "", RegistryLab.Stop)).IsDone);
        Assert.True((await lab.Registry.MoveAliasAsync(Caller.System(ProjectId.Default), "flight-late", "champion", 1, "", RegistryLab.Stop)).IsDone);
    }

    [Fact]
    public async Task Champion_never_points_at_a_version_without_a_verdict()
    {
        await using var lab = await RegistryLab.OpenAsync();
        await lab.RegisterAsync();
        await using (var command = lab.Of<ITaktDatabase>().Owner.CreateCommand("UPDATE registry.versions SET verdict = NULL"))
            await command.ExecuteNonQueryAsync(RegistryLab.Stop);

        Assert.Equal("gate-refused", (await lab.Registry.MoveAliasAsync(lab.Approver, "flight-late", "champion", 1, "", RegistryLab.Stop)).Problem!.Type);
    }

    [Theory]
    [InlineData("latest"), InlineData("v3"), InlineData("a b"), InlineData("a/b"), InlineData(""), InlineData("a@b")]
    public async Task Names_that_mean_something_else_are_no_aliases(string alias)
    {
        await using var lab = await RegistryLab.OpenAsync();
        await lab.RegisterAsync();
        Assert.Equal("alias-name-invalid", (await lab.Registry.MoveAliasAsync(lab.Editor, "flight-late", alias, 1, "", RegistryLab.Stop)).Problem!.Type);
    }

    [Fact]
    public async Task What_came_from_a_version_is_read_out_of_the_journal()
    {
        await using var lab = await RegistryLab.OpenAsync();
        var reader = lab.Of<DependentsReader>();
        var deployed = Fact.Of(lab.Editor, "deployment.changed", Subject.Revision("flights", 1), new { }, new LineageEdge(Subject.ModelVersion("flight-late", 1), Subject.Revision("flights", 1), "deployed"));
        var sequenced = new SequencedFact(7, Id.New<FactId>(TimeProvider.System), DateTimeOffset.UnixEpoch, deployed, default);
        await reader.HandleAsync(sequenced, RegistryLab.Stop);
        await reader.HandleAsync(sequenced, RegistryLab.Stop);

        Assert.Equal(new Dependent("revision:flights/1", "deployed", 7), Assert.Single(await reader.ListAsync(ProjectId.Default, "flight-late/1", RegistryLab.Stop)));
        Assert.Empty(await reader.ListAsync(Id.New<ProjectId>(TimeProvider.System), "flight-late/1", RegistryLab.Stop));
    }
}
