static long sys(long n, long a, long b, long c){long r;__asm__ volatile("syscall":"=a"(r):"a"(n),"D"(a),"S"(b),"d"(c):"rcx","r11","memory");return r;}
__attribute__((naked)) void _start(void){__asm__("mov (%rsp),%rdi\nlea 8(%rsp),%rsi\ncall run\n");}
static const char head[]="{\"changed\": true, \"argument\": ", tail[]="}\n";
__attribute__((used)) void run(long argc, char **argv){
  char buf[64]; long fd=sys(2,(long)argv[argc-1],0,0); long n=sys(0,fd,(long)buf,40), i=0, q=0;
  sys(1,1,(long)head,sizeof head-1);
  while(i<n && buf[i]!=':') i++;
  i++;
  long s=i; while(i<n && q<2) { if(buf[i]=='"') q++; i++; }
  sys(1,1,(long)buf+s,i-s);
  sys(1,1,(long)tail,sizeof tail-1); sys(60,0,0,0);
}
