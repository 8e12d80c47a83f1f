package ort
import ("testing";"fmt";"os";"strings";"context";"github.com/nngen-go/nngen/runtime/backend")
func rss(what string) { b,_:=os.ReadFile("/proc/self/status"); fmt.Print(what," "); for _,l:=range strings.Split(string(b),"\n"){ if strings.HasPrefix(l,"RssAnon"){ fmt.Print(l," ") } }; fmt.Println() }
func TestExpLeak(t *testing.T){
	s:=openGraph(t,chain(6)); x:=floatValue(t,[]int64{1,2},1,2)
	c,cancel:=context.WithCancel(ctx); defer cancel()
	run:=func(c context.Context, bad bool, set bool, n int){ for i:=0;i<n;i++{ out,err:=s.Run(c,map[string]backend.Value{"x":x},[]string{"y"},backend.RunOptions{Hook:func(h *backend.HookCall)error{ if bad&&h.ID==3{return errStop}; if set&&h.ID==2 { return h.SetOutput(0,[]int64{1,2},bytesOf(1,2)) }; return h.PassThrough(0,0)}}); if err==nil{out[0].Release()} } }
	run(ctx,false,false,2000)
	run(c,true,true,2000)
	rss("start")
	for k:=0;k<2;k++{
	run(ctx,false,false,20000); rss("plain")
	run(ctx,false,true,20000); rss("set")
	run(c,false,false,20000); rss("cancel ctx")
	run(ctx,true,false,20000); rss("errors")
	}
	p:=openGraph(t,twice())
	for k:=0;k<3;k++{ for i:=0;i<30000;i++{ out,_:=p.Run(ctx,map[string]backend.Value{"x":x},[]string{"y"},backend.RunOptions{}); out[0].Release() }; rss("nohook") }
}
