using Takt.TestKit;

namespace Takt.Supervisor.Tests.Children;

public sealed class LogFileTests
{
    [Fact]
    public async Task A_log_at_its_limit_starts_anew_while_its_writer_goes_on()
    {
        using var folder = new TestFolder();
        var log = new LogFile(folder["server.log"], limit: 10).Open();
        await using var writer = new FileStream(log.Path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        await writer.WriteAsync("the first lines\n"u8.ToArray(), TestContext.Current.CancellationToken);
        log.Cap();
        Assert.Equal("the first lines\n", await File.ReadAllTextAsync(log.Path + ".1", TestContext.Current.CancellationToken));
        Assert.Equal("", log.LastLine());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(log.Path));
    }
}
