using System.Security.Cryptography;
using System.Text;
using Takt.Kernel;
using Takt.Native.Posix;
using Takt.Pipelines.Runs;

namespace Takt.Pipelines.Execution;

/// <summary>Where steps work: <c>RUN/ORDINAL/</c> with its inputs in <c>in/</c> and its outputs in <c>out/</c>, and <c>RUN/ORDINAL.log</c> beside it, out of the step's reach.</summary>
internal sealed class StepFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OthersMayPass = OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private readonly string root;

    public StepFolder(TaktHome home)
    {
        // As root steps are another user, who must be able to reach their folder even where no sandbox mounts it for them.
        root = PosixUser.IsRoot && !Passable(home.Work) ? $"/var/tmp/takt-steps-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home.Folder)))[..12]}" : home.Work;
    }

    public string Log(PipelineRunId run, int ordinal) => Path.Combine(RunFolder(run), $"{ordinal}.log");

    /// <summary>Made anew: what an earlier attempt left is gone.</summary>
    public string Make(PipelineRunId run, int ordinal)
    {
        var folder = Path.Combine(RunFolder(run), $"{ordinal}");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        foreach (var name in (string[])["in", "out", "home"]) Directory.CreateDirectory(Path.Combine(folder, name));
        File.Delete(Log(run, ordinal));
        return folder;
    }

    /// <summary>The step's own user may now write in it.</summary>
    public static void Hand(string folder)
    {
        if (PosixUser.IsRoot) PosixFiles.SetOwnerOfTree(folder, Sandbox.StepUser, Sandbox.StepUser);
        else if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, OwnerOnly);
    }

    /// <summary>Removes the working folder; the log stays until <see cref="Forget"/>.</summary>
    public void Clear(PipelineRunId run, int ordinal)
    {
        var folder = Path.Combine(RunFolder(run), $"{ordinal}");
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    public void Forget(PipelineRunId run)
    {
        var folder = Path.Combine(root, run.ToString());
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    private string RunFolder(PipelineRunId run)
    {
        var folder = Path.Combine(root, run.ToString());
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else
        {
            var mode = PosixUser.IsRoot ? OthersMayPass : OwnerOnly;
            Directory.CreateDirectory(root, mode);
            Directory.CreateDirectory(folder, mode);
            // Someone else could have made a folder of that name in a place that everybody writes to.
            if (OperatingSystem.IsLinux() && PosixFiles.OwnerOf(root) != PosixUser.Current.UserId) throw new StepRefusedException($"{root} belongs to another user. Remove it.");
        }
        return folder;
    }

    private static bool Passable(string path)
    {
        for (var folder = new DirectoryInfo(path).Parent; folder is not null; folder = folder.Parent)
            if (folder.Exists && !folder.UnixFileMode.HasFlag(UnixFileMode.OtherExecute)) return false;
        return true;
    }
}
