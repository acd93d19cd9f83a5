using System.Diagnostics;
using System.Globalization;

namespace Behalf.Bench;

/// <summary>nginx with one worker: <c>proxy_pass</c>, kept-alive connections, a fixed credential.</summary>
internal sealed class NginxServer : IDisposable
{
    private readonly Process _process;

    private NginxServer(Process process, Uri url) => (_process, Url) = (process, url);

    public Uri Url { get; }

    public double CpuMs
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalMilliseconds;
        }
    }

    public static async Task<NginxServer> StartAsync(string folder, Uri upstream, string core)
    {
        var url = Measured.FreeUrl();
        var file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, string.Create(CultureInfo.InvariantCulture, $$"""
            daemon off;
            master_process off;
            pid {{folder}}/nginx.pid;
            error_log {{folder}}/nginx.log;
            events { worker_connections 4096; }
            http {
              access_log off;
              keepalive_requests 1000000;
              client_body_temp_path {{folder}}/body; proxy_temp_path {{folder}}/proxy; fastcgi_temp_path {{folder}}/f; uwsgi_temp_path {{folder}}/u; scgi_temp_path {{folder}}/s;
              upstream provider { server {{upstream.Authority}}; keepalive 1024; keepalive_requests 1000000; }
              server {
                listen 127.0.0.1:{{url.Port}};
                location / {
                  proxy_pass http://provider;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_set_header Authorization "Bearer fixed";
                }
              }
            }
            """));
        var nginx = File.Exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : "nginx";
        var process = Process.Start("taskset", ["-c", core, nginx, "-c", file, "-p", folder]);
        using var http = Http.Client(url);
        while (!process.HasExited)
        {
            try
            {
                using var answer = await http.GetAsync("/");
                return new NginxServer(process, url);
            }
            catch (HttpRequestException)
            {
                await Task.Delay(5);
            }
        }

        throw new InvalidOperationException("nginx could not be started.");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
