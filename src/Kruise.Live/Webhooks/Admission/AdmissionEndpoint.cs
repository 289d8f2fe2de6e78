using System.Buffers;
using System.Text.Json;
using Kruise.Core.Admission;
using Microsoft.AspNetCore.Http;

namespace Kruise.Live.Webhooks.Admission;

/// <summary>Admission over HTTP: a posted AdmissionReview is answered with one.</summary>
internal sealed partial class AdmissionEndpoint(Admitter admitter, TimeProvider time, ILogger logger)
{
    // What an API server sends it has read from JSON of its own; twice the same name would be read one way here and another way there.
    private static readonly JsonDocumentOptions _json = new() { AllowDuplicateProperties = false, MaxDepth = 256 };

    public async Task HandleAsync(HttpContext context, AdmissionStep step)
    {
        long start = time.GetTimestamp();
        using IDisposable inFlight = WebhookMetrics.InFlight(step.Path);
        int code = StatusCodes.Status500InternalServerError;
        try
        {
            code = await AnswerAsync(context, step);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for the answer any more. 499 is what proxies write down for it.
            code = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            LogFailure(step.Path, e);
            await RefuseAsync(context, code, "the webhook failed; its log says why");
        }
        finally
        {
            WebhookMetrics.Answered(step.Path, code, time.GetElapsedTime(start));
        }
    }

    private async Task<int> AnswerAsync(HttpContext context, AdmissionStep step)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            context.Response.Headers.Allow = HttpMethods.Post;
            return await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "only POST is answered here");
        }

        if (!context.Request.HasJsonContentType())
        {
            return await RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, "the body must be application/json");
        }

        JsonDocument body;
        try
        {
            body = await JsonDocument.ParseAsync(context.Request.Body, _json, context.RequestAborted);
        }
        catch (JsonException e)
        {
            return await RefuseAsync(context, StatusCodes.Status400BadRequest, $"the body is not JSON: {e.Message.ReplaceLineEndings(" ")}");
        }
        catch (BadHttpRequestException e)
        {
            return await RefuseAsync(context, e.StatusCode, e.Message);
        }

        using (body)
        {
            if (AdmissionReview.TryRead(body.RootElement, out string problem) is not { } review)
            {
                return await RefuseAsync(context, StatusCodes.Status400BadRequest, problem);
            }

            AdmissionAnswer answer = await admitter.AnswerAsync(step, review, context.RequestAborted);
            var buffer = new ArrayBufferWriter<byte>();
            await using (var writer = new Utf8JsonWriter(buffer))
            {
                answer.Write(writer, review.Uid);
            }

            context.Response.ContentType = "application/json";
            context.Response.ContentLength = buffer.WrittenCount;
            await context.Response.Body.WriteAsync(buffer.WrittenMemory, context.RequestAborted);
            return StatusCodes.Status200OK;
        }
    }

    private static async Task<int> RefuseAsync(HttpContext context, int code, string message)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(message + "\n", context.RequestAborted);
        return code;
    }

    [LoggerMessage(EventId = 336, Level = LogLevel.Error, Message = "Admission at {Path} failed")]
    private partial void LogFailure(string path, Exception exception);
}
