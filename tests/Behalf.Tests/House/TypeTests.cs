using System.Reflection;
using System.Runtime.CompilerServices;
using Behalf.Hosting;
using Microsoft.Extensions.Logging;

namespace Behalf.Tests.House;

/// <summary>House rules that reflection can check.</summary>
public sealed class TypeTests
{
    private static readonly Type[] Types = typeof(Server).Assembly.GetTypes();

    [Fact]
    public void Classes_are_sealed_unless_they_are_meant_to_be_extended()
    {
        var open = from type in Types
                   where type.IsClass && !type.IsSealed && !type.IsAbstract && !IsGenerated(type)
                   where !Types.Any(other => other.BaseType == type)
                   select type.FullName;
        Assert.Empty(open);
    }

    [Fact]
    public void Log_lines_cannot_take_a_secret()
    {
        var leaky = from type in Types
                    from method in type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public
                        | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
                    where method.GetCustomAttribute<LoggerMessageAttribute>() is not null
                    from parameter in method.GetParameters()
                    where Holds(parameter.ParameterType, typeof(Secret))
                    select $"{type.Name}.{method.Name}({parameter.Name})";
        Assert.Empty(leaky);
    }

    [Fact]
    public void A_secret_prints_as_a_word_and_never_as_itself()
    {
        var secret = new Secret("hunter2-hunter2");
        Assert.Equal("[secret]", secret.ToString());
        Assert.Equal("[secret]", $"{secret}");
        Assert.DoesNotContain("hunter2", System.Text.Json.JsonSerializer.Serialize(new { secret }), StringComparison.Ordinal);
        Assert.Equal("hunter2-hunter2", secret.Reveal());
    }

    [Fact]
    public void Nothing_of_the_server_is_public_but_the_entry_point() =>
        Assert.Empty(Types.Where(t => t.IsPublic && !IsGenerated(t)).Select(t => t.FullName));

    private static bool Holds(Type type, Type wanted) =>
        type == wanted || (type.IsGenericType && type.GetGenericArguments().Any(a => Holds(a, wanted)))
        || (type.IsArray && Holds(type.GetElementType()!, wanted));

    private static bool IsGenerated(Type type) =>
        type.IsDefined(typeof(CompilerGeneratedAttribute), false)
        || type.Namespace?.StartsWith("Behalf", StringComparison.Ordinal) != true
        || typeof(Microsoft.AspNetCore.Components.IComponent).IsAssignableFrom(type)
        || (type.DeclaringType is { } outer && IsGenerated(outer));
}
