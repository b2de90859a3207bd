using System.Buffers.Binary;
using Takt.Native.DuckDb;
using Takt.Native.OnnxRuntime;

namespace Takt.Serving;

/// <summary>One input's values in one record, by row.</summary>
internal readonly struct InputValues(LoggedInput input, byte[] raw, string[]? texts)
{
    public static InputValues Read(LoggedInput input, int rows, ref SpanReader reader)
    {
        var count = rows * input.Width;
        if (input.Element != OnnxElement.String) return new InputValues(input, reader.Take(count * input.ValueSize).ToArray(), null);
        var texts = new string[count];
        for (var i = 0; i < count; i++) texts[i] = reader.Text();
        return new InputValues(input, [], texts);
    }

    public void Append(DuckAppender to, int row)
    {
        for (var i = row * input.Width; i < (row + 1) * input.Width; i++)
        {
            if (texts is not null)
            {
                to.Append(texts[i]);
                continue;
            }
            var at = raw.AsSpan(i * input.ValueSize);
            switch (input.Element)
            {
                case OnnxElement.Float: to.Append(BinaryPrimitives.ReadSingleLittleEndian(at)); break;
                case OnnxElement.Double: to.Append(BinaryPrimitives.ReadDoubleLittleEndian(at)); break;
                case OnnxElement.Bool: to.Append(at[0] != 0); break;
                case OnnxElement.Int64: to.Append(BinaryPrimitives.ReadInt64LittleEndian(at)); break;
                case OnnxElement.Int32: to.Append((long)BinaryPrimitives.ReadInt32LittleEndian(at)); break;
                case OnnxElement.UInt32: to.Append((long)BinaryPrimitives.ReadUInt32LittleEndian(at)); break;
                case OnnxElement.Int16: to.Append((long)BinaryPrimitives.ReadInt16LittleEndian(at)); break;
                case OnnxElement.UInt16: to.Append((long)BinaryPrimitives.ReadUInt16LittleEndian(at)); break;
                case OnnxElement.Int8: to.Append((long)(sbyte)at[0]); break;
                case OnnxElement.UInt8: to.Append((long)at[0]); break;
                case OnnxElement.UInt64: to.Append(BinaryPrimitives.ReadUInt64LittleEndian(at).ToString(System.Globalization.CultureInfo.InvariantCulture)); break;
                default: to.AppendNull(); break;
            }
        }
    }

    public string Base64(int row)
    {
        if (texts is null) return Convert.ToBase64String(raw.AsSpan(row * input.Width * input.ValueSize, input.Width * input.ValueSize));
        return System.Text.Json.JsonSerializer.Serialize(texts.AsSpan(row * input.Width, input.Width).ToArray());
    }
}
