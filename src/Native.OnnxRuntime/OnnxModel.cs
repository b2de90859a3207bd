namespace Takt.Native.OnnxRuntime;

/// <summary>
/// A loaded ONNX model (one session of ONNX Runtime). Thread-safe: any number of lanes may run at once. Set up for small models on shared cores:
/// one thread a run, no spinning, no arena and no memory pattern (their locks keep runs from going side by side).
/// Custom operators are never loaded, and weights outside the model's own bytes are refused.
/// </summary>
public sealed unsafe class OnnxModel : IDisposable
{
    private readonly SessionHandle session;
    private volatile bool disposed;

    private OnnxModel(SessionHandle session)
    {
        this.session = session;
        Inputs = Ports(Slot.SessionGetInputCount, Slot.SessionGetInputName, Slot.SessionGetInputTypeInfo);
        Outputs = Ports(Slot.SessionGetOutputCount, Slot.SessionGetOutputName, Slot.SessionGetOutputTypeInfo);
        using var metadata = new ModelMetadataHandle(Ort.Get(Slot.SessionGetModelMetadata, session.Pointer));
        Producer = Ort.Text(Slot.ModelMetadataGetProducerName, metadata.Pointer);
        Metadata = Ort.CustomMetadata(metadata.Pointer);
    }

    /// <summary>The engine's version, e.g. <c>1.27.0</c>.</summary>
    public static string EngineVersion => OrtLibrary.Version;

    public IReadOnlyList<OnnxPort> Inputs { get; }

    public IReadOnlyList<OnnxPort> Outputs { get; }

    /// <summary>What made the model, as it says itself.</summary>
    public string Producer { get; }

    /// <summary>The model's own named texts.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    internal SessionHandle Session => session;

    /// <param name="model">The bytes of an ONNX file; not used any more once this returns.</param>
    /// <exception cref="OnnxException">It is no ONNX model, or one that the engine refuses.</exception>
    /// <exception cref="DllNotFoundException">The engine is missing; the message names the mend.</exception>
    public static OnnxModel Load(ReadOnlySpan<byte> model)
    {
        if (model.IsEmpty) throw new OnnxException(7, "The model has no bytes, so it is no ONNX model.");
        using var options = Options();
        var session = new SessionHandle(Ort.CreateSession(model, options.Pointer));
        try
        {
            return new OnnxModel(session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="Load(ReadOnlySpan{byte})"/>
    /// <param name="path">Read whole before the engine sees it: the engine never learns the path, so it opens nothing beside it.</param>
    public static OnnxModel Load(string path) => Load(File.ReadAllBytes(path));

    /// <summary>Prebuilt values for runs of <paramref name="rows"/> rows: each dimension that leads a shape and is free becomes the number of rows.</summary>
    /// <param name="outputs">The outputs to compute; null for every one that is a tensor.</param>
    public OnnxLane CreateLane(int rows, IReadOnlyList<string>? outputs = null)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        return new OnnxLane(this, rows, Chosen(outputs));
    }

    /// <summary>Frees the session once the last lane is gone too.</summary>
    public void Dispose()
    {
        disposed = true;
        session.Dispose();
    }

    private List<OnnxPort> Chosen(IReadOnlyList<string>? names)
    {
        if (names is null) return [.. Outputs.Where(o => o.Element != OnnxElement.None)];
        return [.. names.Select(name => Outputs.FirstOrDefault(o => o.Name == name)
            ?? throw new OnnxException(2, $"The model has no output '{name}'. It has: {string.Join(", ", Outputs.Select(o => o.Name))}."))];
    }

    private static SessionOptionsHandle Options()
    {
        var options = new SessionOptionsHandle(Ort.Make(Slot.CreateSessionOptions));
        Ort.Call(Slot.DisableCpuMemArena, options.Pointer);
        Ort.Call(Slot.DisableMemPattern, options.Pointer);
        Ort.Call(Slot.SetIntraOpNumThreads, options.Pointer, 1);
        Ort.Call(Slot.SetInterOpNumThreads, options.Pointer, 1);
        Ort.AddConfig(options.Pointer, "session.intra_op.allow_spinning"u8, "0"u8);
        Ort.AddConfig(options.Pointer, "session.inter_op.allow_spinning"u8, "0"u8);
        // Weights outside the model would be looked for in the working directory: look in a place that cannot exist.
        Ort.AddConfig(options.Pointer, "session.model_external_initializers_file_folder_path"u8, "/dev/null/takt-loads-no-external-data"u8);
        return options;
    }

    private List<OnnxPort> Ports(int countSlot, int nameSlot, int typeSlot)
    {
        var count = Ort.Read<nuint>(countSlot, session.Pointer);
        var ports = new List<OnnxPort>((int)count);
        for (nuint i = 0; i < count; i++)
        {
            using var type = new TypeInfoHandle(Ort.GetAt(typeSlot, session.Pointer, i));
            var tensor = Ort.Get(Slot.CastTypeInfoToTensorInfo, type.Pointer); // belongs to type; null where it is no tensor
            var name = Ort.TextAt(nameSlot, session.Pointer, i);
            ports.Add(tensor is null
                ? new OnnxPort(name, OnnxElement.None, [])
                : new OnnxPort(name, (OnnxElement)Ort.Read<int>(Slot.GetTensorElementType, tensor), Ort.Dimensions(tensor)));
        }
        return ports;
    }
}
