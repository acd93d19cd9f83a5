using System.Reflection;
using System.Text.RegularExpressions;
using Behalf.Catalog;
using Behalf.Tests.Support;

namespace Behalf.Tests.Catalog;

/// <summary>What a definition can say, somebody reads. A word without a reader would be a promise to whoever writes a
/// toolkit.</summary>
public sealed class VocabularyTests
{
    [Fact]
    public void Every_word_of_a_definition_has_a_reader()
    {
        var sources = Directory.EnumerateFiles(Repository.Server, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Select(File.ReadAllText).ToList();
        var types = new HashSet<Type>();
        Collect(typeof(Toolkit), types);
        Collect(typeof(Tool), types);

        var unread = from type in types
                     from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                     where property.Name != "EqualityContract" && !IsRead(property.Name, sources)
                     select $"{type.Name}.{property.Name}";
        Assert.Empty(unread);
    }

    /// <summary>As a member, by name in a pattern, or in the bytes of the file; its own definition is none of these.</summary>
    private static bool IsRead(string name, List<string> sources)
    {
        var written = System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(name);
        return sources.Exists(text => Regex.IsMatch(text, $@"\.{name}\b|[{{,] {name}: |[{{,] {name}\.|""{written}""u8"));
    }

    private static void Collect(Type type, HashSet<Type> types)
    {
        if (type.Namespace != typeof(Toolkit).Namespace || type.IsEnum || !types.Add(type))
        {
            return;
        }

        foreach (var derived in type.Assembly.GetTypes().Where(other => other.BaseType == type))
        {
            Collect(derived, types);
        }

        foreach (var property in type.GetProperties())
        {
            foreach (var part in property.PropertyType.GetGenericArguments().Append(property.PropertyType))
            {
                Collect(part, types);
            }
        }
    }
}
