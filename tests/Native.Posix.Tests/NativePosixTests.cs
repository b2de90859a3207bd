using System.Diagnostics;
using System.Runtime.InteropServices;
using Takt.TestKit;

namespace Takt.Native.Posix.Tests;

public sealed partial class NativePosixTests
{
    [Fact]
    public void A_failed_call_carries_the_systems_own_words()
    {
        var failed = Assert.Throws<PosixException>(() => PosixFiles.FlushFolder("/nowhere/at/all"));
        Assert.Contains("No such file or directory", failed.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere/at/all", failed.Message, StringComparison.Ordinal);
        Assert.Equal(2, failed.Number);
    }

    [Fact]
    public void A_folder_can_be_flushed_and_its_owner_told()
    {
        using var folder = new TestFolder();
        PosixFiles.FlushFolder(folder.Path);
        Assert.Equal(PosixUser.Current.UserId, PosixFiles.OwnerOf(folder.Path));
    }

    [Fact]
    public void A_variable_set_natively_is_seen_by_native_code()
    {
        NativeEnvironment.Set("TAKT_NATIVE_TEST", "seen");
        Assert.Equal("seen", Marshal.PtrToStringUTF8(GetEnvironment("TAKT_NATIVE_TEST")));
        NativeEnvironment.Remove("TAKT_NATIVE_TEST");
        Assert.Equal(0, GetEnvironment("TAKT_NATIVE_TEST"));
    }

    [Fact]
    public async Task A_process_is_told_apart_by_number_and_start_time_and_ends_on_a_signal()
    {
        using var process = Process.Start(new ProcessStartInfo("sleep", ["60"]))!;
        var started = ProcessControl.StartTime(process.Id);
        Assert.NotNull(started);
        Assert.True(ProcessControl.IsAlive(process.Id));
        Assert.Equal(started, ProcessControl.StartTime(process.Id));

        Assert.True(ProcessControl.Signal(process.Id, PosixSignalNumber.Kill));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.False(ProcessControl.IsAlive(process.Id));
        Assert.Null(ProcessControl.StartTime(process.Id));
    }

    [Fact]
    public async Task A_limit_holds_for_another_process()
    {
        using var process = Process.Start(new ProcessStartInfo("sleep", ["60"]))!;
        ResourceLimits.Set(process.Id, LimitedResource.OpenFiles, 32);
        Assert.Equal((32ul, 32ul), ResourceLimits.Get(process.Id, LimitedResource.OpenFiles));
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Users_are_found_by_name_and_number()
    {
        Assert.Equal(0u, PosixUser.Find("root")!.UserId);
        Assert.Equal("root", PosixUser.FindById(0)!.Name);
        Assert.Null(PosixUser.Find("nobody-of-this-name"));
    }

    [Fact]
    public void Signals_never_go_to_a_group() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ProcessControl.Signal(-1, PosixSignalNumber.Kill));

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetEnvironment(string name);
}
