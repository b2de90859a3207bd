using Takt.Kernel;
using Takt.Native.Posix;

namespace Takt.Artifacts.Folder;

/// <summary>
/// Where blobs lie: <c>ab/cd/DIGEST</c> (read only), beside it <c>DIGEST.chunks</c> (the chunks' leaves, 32 bytes each) where there is more than one
/// chunk, and <c>incoming/</c> for what is being written. A name in here is there only once its bytes are on disk.
/// </summary>
internal sealed class BlobFolder
{
    private const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    public BlobFolder(string path)
    {
        Root = Path.GetFullPath(path);
        Incoming = Path.Combine(Root, "incoming");
        MakeFolder(Root);
        MakeFolder(Incoming);
    }

    public string Root { get; }

    public string Incoming { get; }

    public string BlobPath(Digest digest)
    {
        var name = digest.ToString();
        return Path.Combine(Root, name[..2], name[2..4], name);
    }

    public string ChunksPath(Digest digest) => BlobPath(digest) + ".chunks";

    /// <summary>Gives a written and flushed file its place; durable when it returns.</summary>
    public static void Place(string written, string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder))
        {
            MakeFolder(Path.GetDirectoryName(folder)!);
            MakeFolder(folder);
            PosixFiles.FlushFolder(Path.GetDirectoryName(Path.GetDirectoryName(folder)!)!);
            PosixFiles.FlushFolder(Path.GetDirectoryName(folder)!);
        }
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(written, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        File.Move(written, path, overwrite: true);
        PosixFiles.FlushFolder(folder);
    }

    /// <summary>Removes what a crash left half-written. A file that somebody still writes is locked, and stays.</summary>
    public int Sweep()
    {
        var swept = 0;
        foreach (var path in Directory.EnumerateFiles(Incoming))
        {
            try
            {
                using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None)) File.Delete(path);
                swept++;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // in use by another process
            }
        }
        return swept;
    }

    private static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
        else Directory.CreateDirectory(path, FolderMode);
    }
}
