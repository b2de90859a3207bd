using System.Net;
using System.Net.Sockets;

namespace Takt.Supervisor.Tests.Sockets;

public sealed class ListeningSocketTests
{
    [Fact]
    public void A_usual_port_that_is_taken_gives_way_to_the_next_free_one()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var usual = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var socket = ListeningSocket.Open("--port", null, usual);
        Assert.True(socket.Port > usual);
    }

    [Fact]
    public void A_port_that_another_supervisor_holds_counts_as_taken()
    {
        using var first = ListeningSocket.Open("--port", 0, 8585);
        using var second = ListeningSocket.Open("--port", null, first.Port);
        Assert.NotEqual(first.Port, second.Port);
    }
}
