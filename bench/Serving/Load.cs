using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Takt.Bench.Serving;

/// <summary>
/// Keep-alive connections, each with one request under way. A thread sends on all of its connections, then reads each answer: few system calls and no
/// scheduler between, at the price that an answer may wait to be read (latencies are upper bounds).
/// </summary>
internal static class Load
{
    /// <summary>Seconds until the runtime has compiled what is hot a second time; on busy cores that takes a while.</summary>
    private const double WarmUp = 6;

    public static Figures Run(string url, byte[][] requests, int connections, double seconds, Process server)
    {
        var threads = Math.Min(2, connections);
        Drive(url, requests, connections, threads, WarmUp, []);
        var latencies = Enumerable.Range(0, threads).Select(_ => new List<int>(1 << 20)).ToArray();
        server.Refresh();
        var before = server.TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        var failed = Drive(url, requests, connections, threads, seconds, latencies);
        var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
        server.Refresh();
        var all = latencies.SelectMany(l => l).ToArray();
        Array.Sort(all);
        return new Figures(all.Length / took, all[all.Length / 2] / 1000.0, all[(int)(all.Length * 0.99)] / 1000.0, (server.TotalProcessorTime - before).TotalMicroseconds / all.Length, failed);
    }

    private static long Drive(string url, byte[][] requests, int connections, int threads, double seconds, List<int>[] latencies)
    {
        long failed = 0;
        var workers = Enumerable.Range(0, threads).Select(t => new Thread(() =>
        {
            var mine = Enumerable.Range(0, connections / threads).Select(_ => new Connection(url)).ToArray();
            var next = t * 250;
            var until = Stopwatch.GetTimestamp() + (long)(seconds * Stopwatch.Frequency);
            while (Stopwatch.GetTimestamp() < until)
            {
                foreach (var connection in mine) connection.Send(requests[next++ % requests.Length]);
                foreach (var connection in mine)
                {
                    if (!connection.Receive()) Interlocked.Increment(ref failed);
                    if (latencies.Length > 0) latencies[t].Add((int)Stopwatch.GetElapsedTime(connection.SentAt).TotalMicroseconds);
                }
            }
            foreach (var connection in mine) connection.Dispose();
        })).ToArray();
        foreach (var worker in workers) worker.Start();
        foreach (var worker in workers) worker.Join();
        return failed;
    }

    private sealed class Connection : IDisposable
    {
        private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly byte[] buffer = new byte[256 << 10];

        public Connection(string url) => socket.Connect(new IPEndPoint(IPAddress.Loopback, new Uri(url).Port));

        public long SentAt { get; private set; }

        public void Send(byte[] request)
        {
            SentAt = Stopwatch.GetTimestamp();
            socket.Send(request);
        }

        public bool Receive()
        {
            var have = 0;
            while (true)
            {
                var read = socket.Receive(buffer, have, buffer.Length - have, SocketFlags.None);
                if (read == 0) throw new IOException("The server hung up.");
                have += read;
                var bytes = buffer.AsSpan(0, have);
                var head = bytes.IndexOf("\r\n\r\n"u8);
                if (head < 0) continue;
                var at = bytes.IndexOf("Content-Length: "u8) + 16;
                System.Buffers.Text.Utf8Parser.TryParse(bytes[at..], out int length, out _);
                if (have < head + 4 + length) continue;
                return bytes[9] == (byte)'2';
            }
        }

        public void Dispose() => socket.Dispose();
    }
}

/// <param name="P50">Milliseconds.</param>
/// <param name="Processor">The server's, in microseconds a request.</param>
internal sealed record Figures(double Rate, double P50, double P99, double Processor, long Failed);
