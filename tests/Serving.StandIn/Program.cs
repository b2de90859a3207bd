using Takt.Serving;

// arguments: folder, control plane's url, token file. Says where it listens in the file FOLDER/listening.
using var stop = new CancellationTokenSource();
using var signal = System.Runtime.InteropServices.PosixSignalRegistration.Create(System.Runtime.InteropServices.PosixSignal.SIGTERM, context =>
{
    context.Cancel = true;
    stop.Cancel();
});
await DataPlaneHost.RunAsync(new DataPlaneOptions(args[0], "http://127.0.0.1:0", args[1], args[2])
{
    Listening = url =>
    {
        File.WriteAllText(Path.Combine(args[0], "listening.part"), url);
        File.Move(Path.Combine(args[0], "listening.part"), Path.Combine(args[0], "listening"), overwrite: true);
    },
}, stop.Token);
