using System.Runtime.InteropServices;

namespace Takt.Native.OnnxRuntime;

/// <summary>
/// Prebuilt inputs and outputs of a model, run again and again: a run of a model with numeric inputs and outputs of known shape allocates no managed
/// memory and no tensor. Not thread-safe (one caller at a time; only <see cref="Terminate"/> may come from elsewhere): make one for each thread, or
/// pool them. Keeps its model's session alive until disposed.
/// </summary>
public sealed unsafe class OnnxLane : IDisposable
{
    private readonly SessionHandle session;
    private readonly OnnxTensor[] inputs;
    private readonly OnnxTensor[] outputs;
    private readonly MemoryInfoHandle memory;
    private readonly RunOptionsHandle options;
    private readonly Lock gate = new();
    private byte** names; // inputs' first, then outputs'
    private void** values; // likewise
    private long current;
    private long watched;
    private bool running;
    private bool terminated;
    private bool disposed;

    internal OnnxLane(OnnxModel model, int rows, List<OnnxPort> wanted)
    {
        foreach (var input in model.Inputs)
        {
            if (input.Element == OnnxElement.None) throw new OnnxException(9, $"Input '{input.Name}' is no tensor, which is not supported.");
            if (input.Shape.Skip(1).Any(d => d < 0)) throw new OnnxException(9, $"Input '{input}' leaves more than its first dimension open, which is not supported.");
        }
        session = model.Session;
        var held = false;
        session.DangerousAddRef(ref held);
        memory = new MemoryInfoHandle(Ort.CpuMemory());
        options = new RunOptionsHandle(Ort.Make(Slot.CreateRunOptions));
        var rowsLead = model.Inputs.All(i => i.Shape.Count > 0 && i.Shape[0] < 0);
        inputs = [.. model.Inputs.Select(port => new OnnxTensor(port, madeByEngine: false))];
        outputs = [.. wanted.Select(port => new OnnxTensor(port, madeByEngine: !IsKnown(port, rowsLead)))];
        try
        {
            names = (byte**)NativeMemory.AllocZeroed((nuint)(inputs.Length + outputs.Length), (nuint)sizeof(byte*));
            values = (void**)NativeMemory.AllocZeroed((nuint)(inputs.Length + outputs.Length), (nuint)sizeof(void*));
            for (var i = 0; i < inputs.Length; i++) names[i] = (byte*)Marshal.StringToCoTaskMemUTF8(inputs[i].Port.Name);
            for (var i = 0; i < outputs.Length; i++) names[inputs.Length + i] = (byte*)Marshal.StringToCoTaskMemUTF8(outputs[i].Port.Name);
            SetRows(rows);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Rows { get; private set; }

    public int InputCount => inputs.Length;

    public int OutputCount => outputs.Length;

    public OnnxTensor Input(int index) => inputs[index];

    public OnnxTensor Output(int index) => outputs[index];

    /// <exception cref="OnnxException">The model has no such input.</exception>
    public OnnxTensor Input(string name) => Find(inputs, name, "input");

    /// <exception cref="OnnxException">The lane does not compute such an output.</exception>
    public OnnxTensor Output(string name) => Find(outputs, name, "output");

    /// <summary>Makes the lane one of <paramref name="rows"/> rows. Costs about a microsecond a value; the same number again costs nothing. What the tensors held is lost.</summary>
    public void SetRows(int rows)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        if (rows == Rows) return;
        Rows = 0;
        for (var i = 0; i < inputs.Length; i++) Prepare(inputs[i], i, rows);
        for (var i = 0; i < outputs.Length; i++) Prepare(outputs[i], inputs.Length + i, rows);
        Rows = rows;
    }

    /// <summary>Computes the outputs from the inputs.</summary>
    /// <exception cref="OnnxException">The engine failed, or the run was terminated.</exception>
    public void Run()
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (Rows == 0) throw new InvalidOperationException("The lane has no rows: the last SetRows failed.");
        for (var i = 0; i < outputs.Length; i++)
            if (outputs[i].MadeByEngine)
                values[inputs.Length + i] = null;
        Begin();
        var status = Ort.Run(session.Pointer, options.Pointer, names, values, (nuint)inputs.Length, names + inputs.Length, (nuint)outputs.Length, values + inputs.Length);
        var stopped = End();
        for (var i = 0; i < outputs.Length; i++)
            if (outputs[i].MadeByEngine && values[inputs.Length + i] is not null)
                outputs[i].Adopt(values[inputs.Length + i]);
        if (status is not null) Fail(status, stopped);
    }

    /// <summary>Computes the outputs, and stops when the token says so.</summary>
    /// <exception cref="OperationCanceledException">The token stopped it.</exception>
    public void Run(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // A token that fires after this run must not stop the next one, so the number is fixed now; disposing waits for a callback under way.
        watched = NextRun;
        using var registration = cancellationToken.UnsafeRegister(static lane => ((OnnxLane)lane!).Terminate(((OnnxLane)lane).watched), this);
        try
        {
            Run();
        }
        catch (OnnxException e) when (e.WasTerminated && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, cancellationToken);
        }
    }

    /// <summary>The number that the next run will have; that of the run at hand while one goes on.</summary>
    public long NextRun
    {
        get
        {
            lock (gate) return running ? current : current + 1;
        }
    }

    /// <summary>Stops run number <paramref name="run"/> (see <see cref="NextRun"/>), if it goes on or is the next one; any other is left alone. Thread-safe.</summary>
    public void Terminate(long run)
    {
        lock (gate)
        {
            if (disposed || run != (running ? current : current + 1)) return;
            terminated = true;
            Ort.Call(Slot.RunOptionsSetTerminate, options.Pointer);
        }
    }

    public void Dispose()
    {
        lock (gate)
        {
            if (disposed) return;
            disposed = true;
        }
        foreach (IDisposable tensor in (OnnxTensor[])[.. inputs, .. outputs]) tensor.Dispose();
        options.Dispose();
        memory.Dispose();
        if (names is not null)
            for (var i = 0; i < inputs.Length + outputs.Length; i++)
                Marshal.FreeCoTaskMem((nint)names[i]);
        NativeMemory.Free(names);
        NativeMemory.Free(values);
        names = null;
        values = null;
        session.DangerousRelease();
    }

    private void Begin()
    {
        lock (gate)
        {
            current++;
            running = true;
        }
    }

    private bool End()
    {
        lock (gate)
        {
            running = false;
            if (!terminated) return false;
            terminated = false;
            Ort.Call(Slot.RunOptionsUnsetTerminate, options.Pointer);
            return true;
        }
    }

    private static void Fail(void* status, bool stopped)
    {
        try
        {
            Ort.Check(status);
        }
        catch (OnnxException e) when (stopped)
        {
            throw new OnnxException(e.Code, e.Message) { WasTerminated = true };
        }
    }

    private void Prepare(OnnxTensor tensor, int slot, int rows)
    {
        if (tensor.MadeByEngine) return;
        var shape = tensor.Port.Shape.ToArray();
        if (shape.Length > 0 && shape[0] < 0) shape[0] = rows;
        tensor.Prepare(shape, memory);
        values[slot] = tensor.Pointer;
    }

    /// <summary>Can the output's memory be made before the run? Texts never; else when each dimension is known or, leading, the number of rows.</summary>
    private static bool IsKnown(OnnxPort port, bool rowsLead) =>
        port.Element != OnnxElement.String && port.Shape.Count > 0 && (port.Shape[0] >= 0 || rowsLead) && port.Shape.Skip(1).All(d => d >= 0);

    private static OnnxTensor Find(OnnxTensor[] tensors, string name, string what)
    {
        foreach (var tensor in tensors)
            if (tensor.Port.Name == name)
                return tensor;
        throw new OnnxException(2, $"There is no {what} '{name}'. There are: {string.Join(", ", tensors.Select(t => t.Port.Name))}.");
    }
}
