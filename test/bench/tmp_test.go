package bench_test
import ("syscall";"testing";"encoding/json";"time";"slices";"net/http";"io"
"github.com/docking-event/ll2"
"github.com/docking-event/ll2/ll230"
"github.com/docking-event/ll2/ll2test")
func fetch(t testing.TB, q string) []byte {
 s:=ll2test.NewServer(); s.SetEvents230(ll2test.Events230(555)...)
 req,_:=http.NewRequest("GET", ll2.DefaultBaseURL+"2.3.0/docking_events/?"+q, nil)
 r,err:=s.RoundTrip(req); if err!=nil {t.Fatal(err)}
 b,_:=io.ReadAll(r.Body); return b }
func TestRatio(t *testing.T){ for _,q:=range []string{"limit=100&ordering=docking","limit=100&ordering=-docking","limit=100&offset=455&mode=detailed"} {
 data:=fetch(t,q)
 var rs,qs,ss []float64
 for range 100 {
  t0:=time.Now(); for range 3 { var p ll2.Page[ll230.DockingEvent]; if err:=p.UnmarshalJSON(data); err!=nil {t.Fatal(err)} }
  t1:=time.Now(); for range 3 {var p struct{Count int; Next,Previous *string; Results []ll230.DockingEvent}; if err:=json.Unmarshal(data,&p); err!=nil {t.Fatal(err)}}
  t2:=time.Now(); q,s:=t1.Sub(t0).Seconds(),t2.Sub(t1).Seconds(); rs=append(rs,q/s); qs=append(qs,q);ss=append(ss,s) }
 slices.Sort(rs);slices.Sort(qs);slices.Sort(ss)
 a:=testing.AllocsPerRun(5,func(){var p ll2.Page[ll230.DockingEvent]; p.UnmarshalJSON(data)})
 t.Logf("%s %d allocs %.0f ratio %.3f quartiles %.3f %.3f; min quick %.3f ms min std %.3f ms ratio %.3f; 10%%: %.3f", q,len(data), a,rs[50],rs[25],rs[75],qs[0]*1e3/3,ss[0]*1e3/3,qs[0]/ss[0], qs[10]/ss[10])
 }}
func BenchmarkQ(b *testing.B){ data:=fetch(b,"limit=100&ordering=docking"); for b.Loop(){ var p ll2.Page[ll230.DockingEvent]; if err:=p.UnmarshalJSON(data); err!=nil {b.Fatal(err)} } }

func cpu() time.Duration { var r syscall.Rusage; syscall.Getrusage(0,&r); return time.Duration(r.Utime.Nano()+r.Stime.Nano()) }
func TestCPU(t *testing.T){ for _,q:=range []string{"limit=100&ordering=docking","limit=100&ordering=-docking","limit=100&offset=455&mode=detailed"} {
 data:=fetch(t,q); var a,b time.Duration
 for range 20 {
  t0:=cpu(); for range 20 { var p ll2.Page[ll230.DockingEvent]; if err:=p.UnmarshalJSON(data); err!=nil {t.Fatal(err)} }
  t1:=cpu(); for range 20 {var p struct{Count int; Next,Previous *string; Results []ll230.DockingEvent}; if err:=json.Unmarshal(data,&p); err!=nil {t.Fatal(err)}}
  t2:=cpu(); a+=t1-t0; b+=t2-t1 }
 t.Logf("%s cpu %v %v ratio %.3f", q, a/400, b/400, a.Seconds()/b.Seconds()) }
 data:=fetch2(t); var a,b time.Duration
 for range 20 {
  t0:=cpu(); for range 60 { var p ll2.Page[ll2.DockingEvent]; if err:=p.UnmarshalJSON(data); err!=nil {t.Fatal(err)} }
  t1:=cpu(); for range 60 {var p struct{Count int; Next,Previous *string; Results []ll2.DockingEvent}; if err:=json.Unmarshal(data,&p); err!=nil {t.Fatal(err)}}
  t2:=cpu(); a+=t1-t0; b+=t2-t1 }
 t.Logf("2.2.0 cpu %v %v ratio %.3f", a/1200, b/1200, a.Seconds()/b.Seconds()) }
func fetch2(t testing.TB) []byte { s:=ll2test.NewServer(ll2test.Events(515)...)
 req,_:=http.NewRequest("GET", ll2.DefaultBaseURL+"2.2.0/docking_event/?limit=100&ordering=docking,id", nil)
 r,err:=s.RoundTrip(req); if err!=nil {t.Fatal(err)}
 b,_:=io.ReadAll(r.Body); return b }
