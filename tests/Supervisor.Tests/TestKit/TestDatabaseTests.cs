using Takt.Records;
using Takt.TestKit;

namespace Takt.Supervisor.Tests.TestKit;

public sealed class TestDatabaseTests
{
    [Fact]
    public async Task Each_test_has_a_database_of_its_own()
    {
        await using var one = await TestDatabase.CreateAsync();
        await using var other = await TestDatabase.CreateAsync();
        var names = new[] { await NameAsync(one), await NameAsync(other) };
        Assert.NotEqual(names[0], names[1]);
    }

    [Fact]
    public async Task The_application_role_owns_nothing()
    {
        await using var db = await TestDatabase.CreateAsync();
        Assert.Equal(Connections.AppRole, await db.Database.App.Command("SELECT current_user::text").ScalarAsync<string>(CancellationToken.None));
    }

    private static Task<string?> NameAsync(TestDatabase db) => db.Database.App.Command("SELECT current_database()::text").ScalarAsync<string>(CancellationToken.None);
}
