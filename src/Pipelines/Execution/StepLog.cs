using System.Text;
using System.Text.Json;

namespace Takt.Pipelines.Execution;

/// <param name="Share">Of the step, 0 to 1.</param>
internal sealed record StepProgress(double Share, string Message);

/// <summary>
/// A step's words in a file that is read while it grows, capped in size. Lines of JSON such as <c>{"share": 0.4, "message": "…"}</c> are progress. Thread-safe.
/// </summary>
internal sealed class StepLog : IDisposable
{
    /// <summary>Bytes kept; what comes after is dropped, and the log says so.</summary>
    public const int Limit = 8 << 20;

    private const int LongestLine = 16 << 10;
    private const int TailLines = 20;

    private readonly Lock gate = new();
    private readonly FileStream file;
    private readonly Queue<string> tail = [];
    private bool full;

    public StepLog(string path)
    {
        Path = path;
        file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, 4096, FileOptions.None);
    }

    public string Path { get; }

    /// <summary>The newest; null: none yet.</summary>
    public StepProgress? Progress { get; private set; }

    /// <summary>The last lines that are no progress: where a step failed they say why.</summary>
    public string Last
    {
        get
        {
            lock (gate) return string.Join('\n', tail.TakeLast(3));
        }
    }

    public void Write(string line)
    {
        lock (gate)
        {
            tail.Enqueue(line);
            if (tail.Count > TailLines) tail.Dequeue();
            Append(line);
        }
    }

    /// <summary>Takes lines until the stream ends. A line that never ends is cut.</summary>
    public async Task PumpAsync(Stream stream)
    {
        var buffer = new byte[8192];
        var line = new MemoryStream();
        try
        {
            for (int read; (read = await stream.ReadAsync(buffer).ConfigureAwait(false)) > 0;)
            {
                for (var i = 0; i < read; i++)
                {
                    if (buffer[i] != '\n') line.WriteByte(buffer[i]);
                    if (buffer[i] == '\n' || line.Length >= LongestLine) Take(line);
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The process is gone; what it said stands.
        }
        if (line.Length > 0) Take(line);
    }

    public void Dispose() => file.Dispose();

    private void Take(MemoryStream line)
    {
        var text = Encoding.UTF8.GetString(line.GetBuffer(), 0, (int)line.Length).TrimEnd('\r').Replace('\0', ' ');
        line.SetLength(0);
        if (ReadProgress(text) is not { } progress)
        {
            Write(text);
            return;
        }
        lock (gate)
        {
            Progress = progress;
            if (progress.Message.Length > 0) Append($"[{progress.Share,4:P0}] {progress.Message}");
        }
    }

    private static StepProgress? ReadProgress(string text)
    {
        if (text.Length is 0 or > 4096 || text[0] != '{') return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            if (!json.RootElement.TryGetProperty("share", out var share) || share.ValueKind != JsonValueKind.Number) return null;
            var message = json.RootElement.TryGetProperty("message", out var said) && said.ValueKind == JsonValueKind.String ? said.GetString()! : "";
            return new StepProgress(Math.Clamp(share.GetDouble(), 0, 1), message);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private void Append(string line)
    {
        if (full) return;
        var bytes = Encoding.UTF8.GetBytes(line + '\n');
        if (file.Length + bytes.Length > Limit)
        {
            full = true;
            bytes = Encoding.UTF8.GetBytes($"(The log is full at {Limit >> 20} MiB; what the step said after this is not kept.)\n");
        }
        file.Write(bytes);
        file.Flush();
    }
}
