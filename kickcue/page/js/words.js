// What the page says, in three languages. The words of the cues come from kickcue itself.

const WORDS = {
  en: {
    race: "Race", watch: "Watch", sensors: "Sensors", laps: "Laps", report: "Report",
    toGo: "to go", lap: "Lap", or: "or", of: "of", pace: "Pace", cadence: "Steps/min",
    heart: "Heart", next: "Next cue", now: "now", inS: "in", lastCue: "Last cue", none: "none",
    start: "Start", lapPress: "LAP", undo: "Undo", finish: "Finish", again: "Restart",
    abort: "Give up", sure: "Tap again to confirm", sent: "sent", notSent: "not sent: no connection",
    more: "More", waiting: "Waiting for the start", finished: "Finished", aborted: "Given up",
    noLink: "No connection to kickcue", otherRace: "another race is on there. Scan the code again.",
    noRace: "Connected. No race is on.",
    stale: "kickcue has fallen silent", time: "Time", lapTime: "Lap time", total: "Total",
    arm: "Arm this phone as the watch", armed: "This phone is the watch",
    armHint: "Tap once: browsers vibrate and sound only after that.",
    keepOn: "Keep the screen on: a dark screen cannot vibrate.",
    awake: "The screen stays on by itself.",
    notAwake: "This browser lets the screen go dark: set it to stay on in the phone's settings.",
    noVibration: "This device cannot vibrate from a page: cues come as sound. Turn the volume up.",
    test: "Try a cue", sound: "Sound", voice: "Voice", felt: "Felt", late: "late",
    health: "How everything is doing", rep: "Repetition", rest: "Rest",
    helperHint: "Press as the runner crosses the line.", est: "estimated",
    noHelp: "The rules of this race allow no help: kickcue refuses a helper's presses.",
    settings: "Settings", units: "Units", language: "Language", unreadable: "messages were unreadable",
    connect: "Connect a sensor", connected: "connected", lost: "connection lost, trying again. Tap to try at once",
    noBluetooth: "This browser has no Bluetooth: Chrome on Android, Windows, macOS or Linux has.",
    insecure: "Bluetooth needs a secure page: start kickcue with --https, or open it on localhost.",
    denied: "No sensor was chosen.", wrongSensor: "This device sends no heart rate or pod data.",
    blocked: "This browser lets no page use Bluetooth: allow it in the browser's settings.",
    notReached: "The sensor does not answer: is it worn, awake and near, and free of other apps?",
    noAdapter: "Bluetooth is off or missing on this device.",
    pocket: "Carry this phone: what the sensors send goes on to kickcue. Keep the screen on.",
    reloaded: "After a reload of the page, connect each sensor again.",
    battery: "battery", values: "values",
  },
  de: {
    race: "Lauf", watch: "Uhr", sensors: "Sensoren", laps: "Runden", report: "Bericht",
    toGo: "noch", lap: "Runde", or: "oder", of: "von", pace: "Tempo", cadence: "Schritte/min",
    heart: "Puls", next: "Nächstes Signal", now: "jetzt", inS: "in", lastCue: "Letztes Signal",
    none: "keins", start: "Start", lapPress: "RUNDE", undo: "Zurück", finish: "Ziel",
    again: "Neustart", abort: "Aufgeben", sure: "Noch einmal tippen", sent: "gesendet",
    notSent: "nicht gesendet: keine Verbindung", more: "Mehr", waiting: "Warten auf den Start",
    finished: "Im Ziel", aborted: "Aufgegeben", noLink: "Keine Verbindung zu kickcue",
    otherRace: "dort läuft ein anderes Rennen. Code neu einlesen.",
    noRace: "Verbunden. Es läuft kein Rennen.", stale: "kickcue ist verstummt", time: "Zeit",
    lapTime: "Rundenzeit", total: "Gesamt", arm: "Dieses Telefon zur Uhr machen",
    armed: "Dieses Telefon ist die Uhr",
    armHint: "Einmal tippen: erst dann dürfen Browser vibrieren und tönen.",
    keepOn: "Bildschirm anlassen: ein dunkler Bildschirm kann nicht vibrieren.",
    awake: "Der Bildschirm bleibt von selbst an.",
    notAwake: "Dieser Browser lässt den Bildschirm ausgehen: im Telefon auf „immer an“ stellen.",
    noVibration: "Dieses Gerät kann aus einer Seite nicht vibrieren: Signale kommen als Ton. Lautstärke hoch.",
    test: "Signal ausprobieren", sound: "Ton", voice: "Stimme", felt: "Gespürt", late: "zu spät",
    health: "Wie es allem geht", rep: "Wiederholung", rest: "Pause",
    helperHint: "Drücken, wenn der Läufer über die Linie läuft.", est: "geschätzt",
    noHelp: "Die Regeln dieses Rennens erlauben keine Hilfe: kickcue weist Drücke von Helfern zurück.",
    settings: "Einstellungen", units: "Einheiten", language: "Sprache",
    unreadable: "Nachrichten waren unlesbar", connect: "Sensor verbinden", connected: "verbunden",
    lost: "Verbindung verloren, wird neu versucht. Tippen: sofort",
    noBluetooth: "Dieser Browser hat kein Bluetooth: Chrome auf Android, Windows, macOS oder Linux hat es.",
    insecure: "Bluetooth braucht eine sichere Seite: kickcue mit --https starten, oder auf localhost öffnen.",
    denied: "Kein Sensor gewählt.", wrongSensor: "Dieses Gerät sendet weder Puls noch Laufdaten.",
    blocked: "Dieser Browser erlaubt Seiten kein Bluetooth: in seinen Einstellungen freigeben.",
    notReached: "Der Sensor antwortet nicht: angelegt, wach, nah und von keiner App belegt?",
    noAdapter: "Bluetooth ist aus oder fehlt.",
    pocket: "Telefon mittragen: was die Sensoren senden, geht weiter an kickcue. Bildschirm anlassen.",
    reloaded: "Nach einem Neuladen der Seite jeden Sensor neu verbinden.",
    battery: "Batterie", values: "Werte",
  },
  fr: {
    race: "Course", watch: "Montre", sensors: "Capteurs", laps: "Tours", report: "Bilan",
    toGo: "restants", lap: "Tour", or: "ou", of: "sur", pace: "Allure", cadence: "Pas/min",
    heart: "Cœur", next: "Prochain signal", now: "maintenant", inS: "dans", lastCue: "Dernier signal",
    none: "aucun", start: "Départ", lapPress: "TOUR", undo: "Annuler", finish: "Arrivée",
    again: "Nouveau départ", abort: "Abandon", sure: "Toucher encore une fois", sent: "envoyé",
    notSent: "pas envoyé : pas de connexion", more: "Plus", waiting: "En attente du départ",
    finished: "Terminé", aborted: "Abandonné", noLink: "Pas de connexion à kickcue",
    otherRace: "une autre course y a lieu. Scannez à nouveau le code.",
    noRace: "Connecté. Aucune course en cours.", stale: "kickcue ne répond plus", time: "Temps",
    lapTime: "Temps au tour", total: "Total", arm: "Faire de ce téléphone la montre",
    armed: "Ce téléphone est la montre",
    armHint: "Toucher une fois : les navigateurs ne vibrent et ne sonnent qu'après.",
    keepOn: "Garder l'écran allumé : un écran éteint ne peut pas vibrer.",
    awake: "L'écran reste allumé de lui-même.",
    notAwake: "Ce navigateur laisse l'écran s'éteindre : réglez le téléphone pour qu'il reste allumé.",
    noVibration: "Cet appareil ne vibre pas depuis une page : les signaux viennent en son. Montez le volume.",
    test: "Essayer un signal", sound: "Son", voice: "Voix", felt: "Ressenti", late: "en retard",
    health: "État de chaque élément", rep: "Répétition", rest: "Repos",
    helperHint: "Appuyer quand le coureur passe la ligne.", est: "estimé",
    noHelp: "Le règlement de cette course interdit toute aide : kickcue refuse les appuis d'un aide.",
    settings: "Réglages", units: "Unités", language: "Langue",
    unreadable: "messages illisibles", connect: "Connecter un capteur", connected: "connecté",
    lost: "connexion perdue, nouvel essai en cours. Toucher : tout de suite",
    noBluetooth: "Ce navigateur n'a pas de Bluetooth : Chrome sur Android, Windows, macOS ou Linux en a.",
    insecure: "Le Bluetooth demande une page sûre : lancer kickcue avec --https, ou ouvrir sur localhost.",
    denied: "Aucun capteur choisi.", wrongSensor: "Cet appareil n'envoie ni fréquence cardiaque ni foulée.",
    blocked: "Ce navigateur interdit le Bluetooth aux pages : l'autoriser dans ses réglages.",
    notReached: "Le capteur ne répond pas : est-il porté, éveillé, proche, et libre d'autres applis ?",
    noAdapter: "Bluetooth éteint ou absent.",
    pocket: "Emportez ce téléphone : les mesures des capteurs vont à kickcue. Écran allumé.",
    reloaded: "Après un rechargement de la page, reconnecter chaque capteur.",
    battery: "batterie", values: "valeurs",
  },
};
export const LANGUAGES = Object.keys(WORDS);

const stored = (key, among, usual) => {
  const value = localStorage.getItem(key);
  return among.includes(value) ? value : usual;
};
const own = navigator.language.slice(0, 2);

export const wishes = {
  language: stored("kickcue.language", LANGUAGES, LANGUAGES.includes(own) ? own : "en"),
  unit: stored("kickcue.unit", ["km", "mi"], /^en-(US|GB)/.test(navigator.language) ? "mi" : "km"),
};

export function wish(key, value) {
  wishes[key] = value;
  localStorage.setItem(`kickcue.${key}`, value);
}

export const word = (key) => WORDS[wishes.language][key] ?? WORDS.en[key] ?? key;
