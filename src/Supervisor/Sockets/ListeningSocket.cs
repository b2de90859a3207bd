using System.Net;
using System.Net.Sockets;
using Takt.Kernel;

namespace Takt.Supervisor;

/// <summary>
/// A port that the supervisor holds for a child: the child accepts on its inherited copy, and while it is being restarted
/// callers wait in the kernel's queue instead of being refused.
/// </summary>
internal sealed class ListeningSocket : IDisposable
{
    private const int Queue = 1024;
    private const int Tries = 64;
    private readonly Socket socket;
    private bool listening;

    private ListeningSocket(Socket socket)
    {
        this.socket = socket;
        Port = ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    internal int Port { get; }

    internal int Descriptor => (int)socket.SafeHandle.DangerousGetHandle();

    internal Uri Url => new($"http://127.0.0.1:{Port}");

    /// <param name="what">For the message: <c>--port</c> or <c>--data-port</c>.</param>
    /// <param name="asked">The port that was asked for: that one or none; 0 takes any. Null: <paramref name="usual"/>, or every second one after it.</param>
    /// <param name="usual">The port that everybody expects.</param>
    internal static ListeningSocket Open(string what, int? asked, int usual)
    {
        if (asked is { } port)
        {
            return TryOpen(port) ?? throw new RefusedException(new Problem("port-taken", 503,
                $"Port {port} of 127.0.0.1 is taken by another program.", $"End that one, ask for another with {what}, or leave {what} out and Takt takes a free one."));
        }

        for (var next = usual; next < usual + 2 * Tries; next += 2)
            if (TryOpen(next) is { } free) return free;
        throw new RefusedException(new Problem("port-taken", 503, $"No free port of 127.0.0.1 was found from {usual} on.", $"Name one with {what}."));
    }

    /// <summary>
    /// Holds the port of a child that outlived its supervisor, without listening on it while that child does: the kernel gives no
    /// connection to a socket that does not listen. Null where another user's process has it.
    /// </summary>
    internal static ListeningSocket? Join(int port)
    {
        try
        {
            return new ListeningSocket(Bound(port));
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>From now on callers wait here.</summary>
    internal void Listen()
    {
        if (listening) return;
        socket.Listen(Queue);
        listening = true;
    }

    public void Dispose() => socket.Dispose();

    private static ListeningSocket? TryOpen(int port)
    {
        try
        {
            // Shared ports (below) would let a second Takt in unnoticed: so first see that nobody is there.
            if (port != 0)
            {
                using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
                probe.Listen(1);
            }

            var open = new ListeningSocket(Bound(port));
            open.Listen();
            return open;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return null;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new RefusedException(new Problem("port-taken", 503, $"Port {port} may not be opened by this user.", "Ask for one above 1023."));
        }
    }

    private static Socket Bound(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // On Unix .NET sets SO_REUSEPORT with it: a later supervisor of the same user can join.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
