namespace Takt.Supervisor;

/// <summary>A child's log, kept small: at its limit the file becomes <c>.1</c> and starts anew, without the child noticing.</summary>
internal sealed class LogFile(string path, long limit = 16L << 20)
{
    internal string Path => path;

    /// <summary>Makes it, readable by its owner alone, and caps it.</summary>
    internal LogFile Open()
    {
        if (!File.Exists(path)) File.Create(path).Dispose();
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Cap();
        return this;
    }

    /// <summary>The child appends, so it goes on at the new beginning after a truncation. A line written in between may be lost.</summary>
    internal void Cap()
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length < limit) return;
        File.Copy(path, path + ".1", overwrite: true);
        using var truncated = new FileStream(path, FileMode.Truncate, FileAccess.Write, FileShare.ReadWrite);
    }

    /// <summary>Its last line that says something: no stack trace, which is indented.</summary>
    internal string LastLine()
    {
        try
        {
            return File.ReadLines(path).LastOrDefault(line => line.Length > 0 && line[0] is not (' ' or '\t' or '-')) ?? "";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
