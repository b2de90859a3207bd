using System.Runtime.InteropServices;
using System.Text;

namespace Takt.Trainers;

/// <summary>Gives each distinct text a code, straight from its UTF-8 bytes: an open table that allocates for a new text only.</summary>
internal sealed class TextCodes
{
    private readonly List<byte[]> texts = [];
    private int[] slots = new int[1024]; // code + 1; 0: free

    public int Count => texts.Count;

    public int Code(ReadOnlySpan<byte> text)
    {
        var mask = slots.Length - 1;
        for (var at = (int)Hash(text) & mask; ; at = at + 1 & mask)
        {
            var code = slots[at] - 1;
            if (code < 0) return Add(text, at);
            if (text.SequenceEqual(texts[code])) return code;
        }
    }

    /// <summary>The texts in ordinal order of their bytes, and where each code went.</summary>
    public (string[] Texts, int[] Order) Sorted()
    {
        var byText = Enumerable.Range(0, texts.Count).ToArray();
        Array.Sort(byText, (a, b) => texts[a].AsSpan().SequenceCompareTo(texts[b]));
        var order = new int[texts.Count];
        for (var i = 0; i < byText.Length; i++) order[byText[i]] = i;
        return ([.. byText.Select(code => Encoding.UTF8.GetString(texts[code]))], order);
    }

    private int Add(ReadOnlySpan<byte> text, int at)
    {
        texts.Add(text.ToArray());
        slots[at] = texts.Count;
        if (texts.Count * 2 > slots.Length) Grow();
        return texts.Count - 1;
    }

    private void Grow()
    {
        slots = new int[slots.Length * 2];
        var mask = slots.Length - 1;
        for (var code = 0; code < texts.Count; code++)
        {
            var at = (int)Hash(texts[code]) & mask;
            while (slots[at] != 0) at = at + 1 & mask;
            slots[at] = code + 1;
        }
    }

    /// <summary>FNV over whole words; nothing depends on it but speed.</summary>
    private static uint Hash(ReadOnlySpan<byte> text)
    {
        var hash = 14695981039346656037UL ^ (ulong)text.Length;
        while (text.Length >= 8)
        {
            hash = (hash ^ MemoryMarshal.Read<ulong>(text)) * 1099511628211UL;
            text = text[8..];
        }
        foreach (var b in text) hash = (hash ^ b) * 1099511628211UL;
        return (uint)(hash ^ hash >> 32);
    }
}
