using System.Text.Json.Nodes;

namespace Kruise.Live.Tests.Webhooks;

/// <summary>Applies JSON patches as strictly as RFC 6902 demands: a target that must exist and does not is an error.</summary>
internal static class Rfc6902
{
    public static JsonNode? Apply(JsonNode? document, JsonArray operations)
    {
        JsonNode? result = document?.DeepClone();
        foreach (JsonNode? operation in operations)
        {
            string op = operation!["op"]!.GetValue<string>();
            string path = operation["path"]!.GetValue<string>();
            if (path.Length == 0)
            {
                Require(op == "replace", "only replacing makes sense for a whole document");
                result = operation["value"]?.DeepClone();
                continue;
            }

            string[] steps = [.. path[1..].Split('/').Select(step => step.Replace("~1", "/").Replace("~0", "~"))];
            JsonNode? parent = steps[..^1].Aggregate(result, Step);
            Change(parent, op, steps[^1], operation["value"]);
        }

        return result;
    }

    private static JsonNode? Step(JsonNode? node, string step) => node switch
    {
        JsonObject obj when obj.ContainsKey(step) => obj[step],
        JsonArray array when int.TryParse(step, out int i) && i < array.Count => array[i],
        _ => throw new InvalidOperationException($"no {step} on the way"),
    };

    private static void Change(JsonNode? parent, string op, string name, JsonNode? value)
    {
        switch (parent)
        {
            case JsonObject obj:
                Require(op == "add" ? !obj.ContainsKey(name) : obj.ContainsKey(name), $"{op} of {name}");
                if (op == "remove")
                {
                    obj.Remove(name);
                }
                else
                {
                    obj[name] = value?.DeepClone();
                }

                break;
            case JsonArray array:
                int index = int.Parse(name);
                Require(op == "add" ? index <= array.Count : index < array.Count, $"{op} at {name} of {array.Count}");
                if (op != "add")
                {
                    array.RemoveAt(index);
                }

                if (op != "remove")
                {
                    array.Insert(index, value?.DeepClone());
                }

                break;
            default:
                throw new InvalidOperationException($"nothing can be changed in {parent}");
        }
    }

    private static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException(what);
        }
    }
}
