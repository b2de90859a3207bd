namespace Takt.Architecture.Tests;

public sealed class ReferencesFollowTheData
{
    public static TheoryData<string> Projects => [.. Repository.Projects()];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_module_reads_only_modules_before_it(string project)
    {
        var place = Array.IndexOf(Repository.Order, project);
        Assert.True(place >= 0, $"src/{project} has no place in the order data flows: add it to Repository.Order and to the architecture.");
        Assert.All(Repository.ReferencesOf(project), reference =>
        {
            var at = Array.IndexOf(Repository.Order, reference);
            Assert.True(at >= 0 && at < place, $"{project} reads {reference}, which comes after it: let a fact in the journal carry the cause back.");
        });
    }

    [Theory]
    [InlineData("Native.Posix"), InlineData("Native.DuckDb"), InlineData("Native.OnnxRuntime")]
    public void A_native_binding_knows_nothing_of_Takt(string project) => Assert.Empty(Repository.ReferencesOf(project));
}
