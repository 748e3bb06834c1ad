<?php
// Gearman's C library: a client that submits in the foreground, or a worker.
// Takes the port, and which of the two processes this is.

const FIRST_NUMBER = 1234567890;

/** What a worker answers. */
function square(string $number): string
{
    return "$number * $number = " . (int) $number * (int) $number;
}

function work(int $port): void
{
    $worker = new GearmanWorker();
    $worker->addServer('127.0.0.1', $port);
    // The server says nothing when it has started: it is asked for ten seconds.
    for ($left = 1_000; !@$worker->ping('here?'); $left--) {
        if ($left === 0) {
            exit("no server on port $port\n");
        }
        usleep(10_000);
    }
    $worker->addFunction('square', fn(GearmanJob $job) => square($job->workload()));
    echo "ready\n";
    while ($worker->work());
}

/** Keeps tasks in flight: the next one is submitted as one ends. Times are nanoseconds from the start. */
final class TaskStream
{
    private GearmanClient $client;
    private int $warmUp;
    private int $end;
    private int $start;
    private int $number = 0;
    private array $begun = [];
    private array $latencies = [];
    private bool $wrong = false;

    public function __construct(int $port, array $work)
    {
        $this->warmUp = $work['warmUpMillis'] * 1_000_000;
        $this->end = $this->warmUp + $work['millis'] * 1_000_000;
        $this->client = new GearmanClient();
        $this->client->addServer('127.0.0.1', $port);
        $this->client->setCompleteCallback(fn(GearmanTask $task) => $this->ended($task));
        $this->start = hrtime(true);
        for ($i = 0; $i < $work['inFlight']; $i++) {
            $this->submit(0);
        }
    }

    private function submit(int $now): void
    {
        $number = (string) (FIRST_NUMBER + $this->number++);
        $this->begun[$number] = $now;
        $this->client->addTask('square', $number, $number, $number);
    }

    private function ended(GearmanTask $task): void
    {
        $number = $task->unique();
        $now = hrtime(true) - $this->start;
        $this->wrong = $this->wrong || $task->data() !== square($number);
        if ($now >= $this->warmUp && $now < $this->end) {
            $this->latencies[] = $now - $this->begun[$number];
        }
        unset($this->begun[$number]);
        if ($now < $this->end) {
            $this->submit($now);
        }
    }

    public function tally(): array
    {
        while ($this->begun) {
            if (!$this->client->runTasks() || $this->wrong) {
                return ['failure' => $this->wrong ? 'a result was wrong' : $this->client->error()];
            }
        }
        sort($this->latencies);
        return [
            'tasks' => count($this->latencies),
            'nanos' => $this->end - $this->warmUp,
            'p50' => $this->quantile(0.5),
            'p99' => $this->quantile(0.99),
        ];
    }

    private function quantile(float $part): float
    {
        return (float) ($this->latencies[(int) ((count($this->latencies) - 1) * $part)] ?? 0);
    }
}

function submit(int $port): void
{
    echo "ready\n";
    while (($line = fgets(STDIN)) !== false) {
        echo json_encode((new TaskStream($port, json_decode($line, true)))->tally()), "\n";
    }
}

[, $port, $part] = $argv;
$part === 'submits' ? submit((int) $port) : work((int) $port);
